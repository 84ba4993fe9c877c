/* The gallery: tiles by class at one physical scale. Only tiles in sight exist, so 2,000 cells cost what 50 do. */
import { spanOf } from "../shared/crop.js";
import { gettext, ngettext } from "../shared/words.js";
import { element } from "./elements.js";
import { beside } from "./selection.js";
import { dressTile, makeTile } from "./tile.js";
import { groupName } from "./wording.js";

const SPAN_UM = 22;
const GAP = 6;
const PAD = 12;
const HEAD = 32;
const FOOT = 20;
const BORDER = 4;
const AHEAD = 400;
const MOST_KEPT = 500;
const NOTHING_TO_CONFIRM = ["unidentified", "not_read", "excluded"];

const makeGroup = (code) => {
  const box = element("div", `rv-group cell-${code}`);
  box.setAttribute("role", "group");
  const head = element("div", "rv-head");
  head.setAttribute("aria-hidden", "true");
  const name = element("strong");
  const count = element("span", "rv-count");
  const all = element("span", "rv-confirm-all");
  all.dataset.confirmGroup = code;
  head.append(name, count, all);
  box.append(head);
  return { box, name, count, all };
};

export const createGallery = (root, { store, pictures, classes, describe, onPick, onOpen, onConfirmGroup }) => {
  const floor = element("div", "rv-floor");
  floor.setAttribute("role", "presentation");
  root.append(floor);
  const tiles = new Map();
  const parts = new Map();
  let side = 84;
  let columns = 1;
  let widest = 40;
  /* Where every group of cells is: {code, cells, top, rows, height}, and where each cell is in it */
  let places = [];
  let placeOf = new Map();

  const tileSize = () => [side + BORDER, side + FOOT + BORDER];
  const rowTop = (place, row) => place.top + HEAD + row * (tileSize()[1] + GAP);
  const topOf = (id) => {
    const found = placeOf.get(id);
    return found ? rowTop(found.place, Math.floor(found.index / columns)) : null;
  };

  /* Where everything is, without making any of it */
  const lay = () => {
    const [width, height] = tileSize();
    columns = Math.max(1, Math.floor((root.clientWidth - 2 * PAD + GAP) / (width + GAP)));
    let top = 0;
    placeOf = new Map();
    places = store.groups().map(({ code, cells }) => {
      const rows = Math.ceil(cells.length / columns);
      const place = { code, cells, top, rows, height: HEAD + rows * (height + GAP) + GAP };
      top += place.height;
      for (const [index, cell] of cells.entries()) {
        placeOf.set(cell.id, { place, index });
      }
      return place;
    });
    floor.style.height = `${top}px`;
  };
  const measure = () => {
    const some = store.groups().slice(0, 3);
    const sizes = some.flatMap((group) => group.cells.slice(0, 200).map(({ box }) => Math.max(box[2], box[3])));
    widest = Math.max(20, ...sizes);
  };

  let asked = 0;
  const soon = () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      render();
    });
  };
  const draw = (made, cell) => {
    const image = store.image(cell);
    if (made.drawn === side || !image?.display) {
      return;
    }
    made.drawn = side;
    made.canvas.style.width = `${side}px`;
    made.canvas.style.height = `${side}px`;
    pictures.draw({
      image,
      box: cell.box,
      span: spanOf(image.um_per_px, SPAN_UM, widest),
      canvas: made.canvas,
      side,
      done: () => {
        made.painted = true;
        soon();
      },
    });
  };
  const inSight = (middle) =>
    !document.hidden && middle >= root.scrollTop && middle <= root.scrollTop + root.clientHeight;

  const partOf = (code) => {
    if (!parts.has(code)) {
      parts.set(code, makeGroup(code));
    }
    return parts.get(code);
  };
  const showHead = ({ code, cells }) => {
    const part = partOf(code);
    const open = cells.filter((cell) => !cell.reviewed);
    const ready = open.filter((cell) => !cell.pending);
    const shown = ready.filter((cell) => store.hasSeen(cell.id));
    part.name.textContent = groupName(code, classes);
    part.count.textContent = open.length
      ? gettext("{all}, {open} to review", { all: cells.length, open: open.length })
      : gettext("{all}, all reviewed", { all: cells.length });
    part.all.hidden = !ready.length || NOTHING_TO_CONFIRM.includes(code);
    const left = ngettext("{count} not seen yet", "{count} not seen yet", ready.length - shown.length);
    part.all.textContent =
      shown.length === ready.length
        ? gettext("Confirm all {count}", { count: shown.length })
        : shown.length
          ? gettext("Confirm {count}, {left}", { count: shown.length, left })
          : left;
    part.box.setAttribute("aria-label", `${part.name.textContent}, ${part.count.textContent}`);
  };
  const showTile = (place, index, box) => {
    const [width, height] = tileSize();
    const cell = place.cells[index];
    if (!tiles.has(cell.id)) {
      tiles.set(cell.id, makeTile(cell));
    }
    const made = tiles.get(cell.id);
    const { tile } = made;
    const row = Math.floor(index / columns);
    dressTile(made, cell, { store, classes, describe });
    draw(made, cell);
    tile.setAttribute("aria-posinset", String(index + 1));
    tile.setAttribute("aria-setsize", String(place.cells.length));
    tile.style.width = `${width}px`;
    tile.style.height = `${height}px`;
    tile.style.translate = `${PAD + (index % columns) * (width + GAP)}px ${rowTop(place, row) - place.top}px`;
    if (tile.parentNode !== box) {
      box.append(tile);
    }
    if (made.painted && inSight(rowTop(place, row) + height / 2)) {
      store.see(cell.id);
      tile.dataset.seen = "";
    }
    return cell.id;
  };
  const showPlace = (place, from, to) => {
    const [, height] = tileSize();
    const { box } = partOf(place.code);
    box.style.top = `${place.top}px`;
    box.style.height = `${place.height}px`;
    if (box.parentNode !== floor) {
      floor.append(box);
    }
    const rowAt = (y) => Math.floor((y - place.top - HEAD) / (height + GAP));
    const end = Math.min((Math.min(place.rows - 1, rowAt(to)) + 1) * columns, place.cells.length);
    const wanted = [];
    for (let index = Math.max(0, rowAt(from)) * columns; index < end; index += 1) {
      wanted.push(showTile(place, index, box));
    }
    showHead(place);
    return wanted;
  };
  const forget = (wanted, shown) => {
    for (const [id, made] of tiles) {
      if (!wanted.has(id)) {
        made.tile.remove();
        if (tiles.size > MOST_KEPT) {
          tiles.delete(id);
        }
      }
    }
    for (const [code, part] of parts) {
      if (!shown.has(code)) {
        part.box.remove();
      }
    }
  };
  const render = () => {
    const from = root.scrollTop - AHEAD;
    const to = root.scrollTop + root.clientHeight + AHEAD;
    const near = places.filter((place) => place.top + place.height >= from && place.top <= to);
    const wanted = new Set(near.flatMap((place) => showPlace(place, from, to)));
    forget(wanted, new Set(near.map((place) => place.code)));
    root.setAttribute("aria-activedescendant", wanted.has(store.at()) ? `tile-${store.at()}` : "");
  };
  const reveal = (id) => {
    const top = topOf(id);
    if (top === null) {
      return;
    }
    const bottom = top + tileSize()[1] + GAP;
    if (top - HEAD < root.scrollTop) {
      root.scrollTop = top - HEAD;
    } else if (bottom > root.scrollTop + root.clientHeight) {
      root.scrollTop = bottom - root.clientHeight;
    }
  };

  root.addEventListener("scroll", soon, { passive: true });
  document.addEventListener("visibilitychange", soon);
  new ResizeObserver(() => {
    lay();
    soon();
  }).observe(root);
  root.addEventListener("click", (event) => {
    const all = event.target.closest("[data-confirm-group]");
    const tile = event.target.closest("[data-cell]");
    if (all) {
      onConfirmGroup(all.dataset.confirmGroup);
    } else if (tile) {
      onPick(tile.dataset.cell, { extend: event.shiftKey, toggle: event.ctrlKey || event.metaKey });
    }
  });
  root.addEventListener("dblclick", (event) => {
    const tile = event.target.closest("[data-cell]");
    if (tile) {
      onOpen(tile.dataset.cell);
    }
  });

  return {
    soon,
    /* The cells were arranged anew */
    arrange() {
      measure();
      lay();
    },
    /* With the cell one is at in sight */
    show() {
      reveal(store.at());
      render();
    },
    /* Turn to the page that begins with this cell */
    turnTo(id) {
      const top = topOf(id);
      if (top !== null) {
        root.scrollTop = top - HEAD;
      }
    },
    resize(px) {
      side = px;
      lay();
      reveal(store.at());
      render();
    },
    beside: (id, way) => beside(store.groups(), columns, id, way),
    /* How many rows a page has */
    page: () => Math.max(1, Math.floor(root.clientHeight / (tileSize()[1] + GAP)) - 1),
    /* How many px of the screen are `um` micrometres in every tile */
    pxOf: (um) => (um / SPAN_UM) * side,
  };
};
