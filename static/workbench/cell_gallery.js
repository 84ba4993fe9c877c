/* The gallery: every cell cut from the field at one physical scale, in its class, lowest confidence first. */
import { drawCrop, spanOf } from "../shared/crop.js";
import { scoreOf } from "../shared/wording.js";
import { gettext } from "../shared/words.js";

const TILE = 76;
const SPAN_UM = 22;

export const createCellGallery = (root, data, { onPick, onOpen }) => {
  const order = [];
  const tiles = new Map();
  const groups = new Map();
  const span = spanOf(data.umPerPx, SPAN_UM, data.widest);
  let picture = null;
  let active = -1;
  let label = "";

  const draw = (canvas) => {
    const { box } = tiles.get(canvas.dataset.cell).cell;
    drawCrop(canvas, picture, { imageWidth: data.width, box, span, side: TILE });
  };
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) {
          watcher.unobserve(entry.target);
          draw(entry.target);
        }
      }
    },
    { root, rootMargin: "200px" },
  );

  const tileOf = (cell) => {
    const item = data.classes[cell.label] || data.classes.unidentified;
    const tile = document.createElement("div");
    tile.className = `tile cell-${cell.label || "unidentified"}${cell.human ? " reviewed" : " suggested"}${cell.excluded ? " excluded" : ""}`;
    tile.id = `tile-${cell.id}`;
    tile.setAttribute("role", "option");
    tile.setAttribute("aria-selected", "false");
    const canvas = document.createElement("canvas");
    canvas.width = TILE;
    canvas.height = TILE;
    canvas.dataset.cell = cell.id;
    const foot = document.createElement("span");
    foot.className = "tile-foot";
    const letter = document.createElement("span");
    letter.className = "letter";
    letter.textContent = item.letter;
    letter.setAttribute("aria-hidden", "true");
    const spoken = document.createElement("span");
    spoken.className = "visually-hidden";
    spoken.textContent = `${gettext("Cell {number}, {label}", { number: cell.n, label: item.label })}, `;
    const score = document.createElement("span");
    const nearest = cell.identified ? undefined : data.classes[cell.best];
    score.textContent = scoreOf(cell.score, nearest, "letter");
    tile.title = `${item.label} · ${scoreOf(cell.score, nearest)}`;
    foot.append(letter, spoken, score);
    tile.append(canvas, foot);
    tile.addEventListener("click", () => onPick(cell));
    tile.addEventListener("dblclick", () => onOpen(cell));
    tiles.set(cell.id, { cell, tile, canvas });
    return tile;
  };

  for (const code of ["unidentified", ...Object.keys(data.classes).filter((each) => each !== "unidentified")]) {
    const members = data.cells.filter((cell) => (cell.label || "unidentified") === code);
    if (members.length) {
      const group = document.createElement("div");
      group.className = "tile-group";
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", `${data.classes[code].plural}, ${members.length}`);
      const head = document.createElement("div");
      head.className = `tile-head cell-${code}`;
      head.setAttribute("aria-hidden", "true");
      head.textContent = `${data.classes[code].plural} `;
      const count = document.createElement("span");
      count.textContent = members.length;
      head.append(count);
      group.append(head, ...members.map(tileOf));
      root.append(group);
      groups.set(code, group);
      order.push(...members);
    }
  }

  const visible = () => order.filter((cell) => !label || cell.label === label);

  const step = (by) => {
    const cells = visible();
    if (!cells.length) {
      return;
    }
    const at = cells.findIndex((cell) => cell.id === active);
    const to = at < 0 ? (by > 0 ? 0 : cells.length - 1) : Math.min(Math.max(at + by, 0), cells.length - 1);
    onPick(cells[to]);
  };

  const columns = () => {
    const group = root.querySelector(".tile-group:not([hidden])");
    const row = group ? [...group.querySelectorAll(".tile")] : [];
    const first = row[0]?.offsetTop;
    return Math.max(1, row.filter((tile) => tile.offsetTop === first).length);
  };

  root.addEventListener("keydown", (event) => {
    const steps = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns(),
      ArrowUp: -columns(),
      Home: -order.length,
      End: order.length,
    };
    if (event.key in steps) {
      event.preventDefault();
      event.stopPropagation();
      step(steps[event.key]);
    } else if (event.key === "Enter" && tiles.has(active)) {
      event.preventDefault();
      onOpen(tiles.get(active).cell);
    }
  });

  return {
    step,
    show(cell) {
      tiles.get(active)?.tile.setAttribute("aria-selected", "false");
      active = cell.id;
      const { tile } = tiles.get(cell.id);
      tile.setAttribute("aria-selected", "true");
      root.setAttribute("aria-activedescendant", tile.id);
      /* The gallery scrolls inside itself; the page must stay where it is */
      if (root.scrollHeight > root.clientHeight) {
        const top = tile.offsetTop - 40;
        const bottom = tile.offsetTop + tile.offsetHeight + 8;
        if (top < root.scrollTop) {
          root.scrollTop = top;
        } else if (bottom > root.scrollTop + root.clientHeight) {
          root.scrollTop = bottom - root.clientHeight;
        }
      }
    },
    filter(wanted) {
      label = wanted;
      for (const [code, group] of groups) {
        group.hidden = Boolean(wanted) && code !== wanted;
      }
    },
    paint(loaded) {
      picture = loaded;
      for (const { canvas } of tiles.values()) {
        watcher.observe(canvas);
      }
    },
  };
};
