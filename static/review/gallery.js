/* The gallery: tiles by class at one physical scale. Only tiles in sight exist, so 2,000 cells cost what 50 do. */
(() => {
  "use strict";
  const review = window.hematovision.review;
  const SPAN_UM = 22;
  const GAP = 6;
  const PAD = 12;
  const HEAD = 32;
  const FOOT = 20;
  const BORDER = 4;
  const AHEAD = 400;
  const MOST_KEPT = 500;

  const element = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) {
      made.textContent = text;
    }
    return made;
  };

  review.createGallery = (root, { store, pictures, classes, describe, hidden, onPick, onOpen, onConfirmGroup }) => {
    const floor = element("div", "rv-floor");
    floor.setAttribute("role", "presentation");
    root.append(floor);
    const tiles = new Map();
    const parts = new Map();
    let side = 84;
    let groups = [];
    let order = [];
    let at = new Map();
    let columns = 1;
    let widest = 40;
    let cursor = "";
    let selected = new Set();
    let marked = new Set();

    const tileSize = () => [side + BORDER, side + FOOT + BORDER];
    const groupPart = (group) => {
      let part = parts.get(group.code);
      if (!part) {
        const box = element("div", `rv-group cell-${group.code}`);
        box.setAttribute("role", "group");
        const head = element("div", "rv-head");
        head.setAttribute("aria-hidden", "true");
        const name = element("strong", "");
        const count = element("span", "rv-count");
        const all = element("span", "rv-confirm-all");
        all.dataset.confirmGroup = group.code;
        head.append(name, count, all);
        box.append(head);
        part = { box, name, count, all };
        parts.set(group.code, part);
      }
      return part;
    };

    /* Where everything is, without making any of it */
    const lay = () => {
      const [width, height] = tileSize();
      columns = Math.max(1, Math.floor((root.clientWidth - 2 * PAD + GAP) / (width + GAP)));
      let top = 0;
      order = [];
      at = new Map();
      for (const group of groups) {
        group.top = top;
        group.rows = Math.ceil(group.cells.length / columns);
        group.height = HEAD + group.rows * (height + GAP) + GAP;
        for (const [index, cell] of group.cells.entries()) {
          at.set(cell.id, { group, index, overall: order.length });
          order.push(cell.id);
        }
        top += group.height;
      }
      floor.style.height = `${top}px`;
    };

    const makeTile = (cell) => {
      const tile = element("div", "rv-tile");
      tile.id = `tile-${cell.id}`;
      tile.dataset.cell = cell.id;
      tile.setAttribute("role", "option");
      const canvas = document.createElement("canvas");
      canvas.setAttribute("aria-hidden", "true");
      const foot = element("span", "rv-foot");
      foot.setAttribute("aria-hidden", "true");
      const letter = element("span", "letter");
      const flag = element("span", "rv-flag", "⚑");
      const score = element("span", "rv-score");
      foot.append(letter, flag, score);
      const name = element("span", "visually-hidden rv-name");
      tile.append(canvas, foot, name);
      return { tile, canvas, letter, flag, score, name, drawn: "" };
    };
    const dress = (made, cell) => {
      const blind = hidden();
      const label = review.shownLabel(cell, blind);
      const silent = blind && !cell.reviewed;
      const kind = silent ? "not_read" : label || "unidentified";
      made.tile.className =
        `rv-tile cell-${kind} ${cell.reviewed ? "reviewed" : "suggested"}` +
        `${cell.excluded ? " excluded" : ""}${cell.unsaved ? " unsaved" : ""}${cell.pending ? " awaited" : ""}` +
        `${marked.has(cell.id) ? " changed" : ""}${cell.id === cursor ? " cursor" : ""}`;
      made.tile.setAttribute("aria-selected", String(selected.has(cell.id)));
      made.name.textContent = describe(cell);
      made.letter.textContent = silent ? "·" : (classes[label] || classes.unidentified).letter;
      made.flag.hidden = !cell.flagged;
      made.score.textContent = cell.removed
        ? "removed"
        : cell.excluded
          ? "excluded"
          : cell.pending
            ? "reading"
            : silent
              ? ""
              : cell.reviewed
                ? "✓"
                : window.hematovision.review.percent(cell.score);
      const look = `${side}`;
      if (made.drawn !== look) {
        const image = store.image(cell);
        if (image?.display) {
          made.drawn = look;
          made.canvas.style.width = `${side}px`;
          made.canvas.style.height = `${side}px`;
          pictures.draw({ image, box: cell.box, span: review.spanOf(image, SPAN_UM, widest), canvas: made.canvas, side });
        }
      }
    };

    const render = () => {
      const [width, height] = tileSize();
      const from = root.scrollTop - AHEAD;
      const to = root.scrollTop + root.clientHeight + AHEAD;
      const wanted = new Set();
      const shownParts = new Set();
      for (const group of groups) {
        if (group.top + group.height < from || group.top > to) {
          continue;
        }
        const part = groupPart(group);
        shownParts.add(group.code);
        const open = group.cells.reduce((sum, cell) => sum + (cell.reviewed ? 0 : 1), 0);
        part.name.textContent = review.groupName(group.code, classes);
        part.count.textContent = open ? `${group.cells.length}, ${open} to review` : `${group.cells.length}, all reviewed`;
        part.all.hidden = !open || ["unidentified", "not_read", "excluded"].includes(group.code);
        part.all.textContent = `Confirm all ${open}`;
        part.box.setAttribute("aria-label", `${part.name.textContent}, ${part.count.textContent}`);
        part.box.style.top = `${group.top}px`;
        part.box.style.height = `${group.height}px`;
        if (part.box.parentNode !== floor) {
          floor.append(part.box);
        }
        const first = Math.max(0, Math.floor((from - group.top - HEAD) / (height + GAP)));
        const last = Math.min(group.rows - 1, Math.floor((to - group.top - HEAD) / (height + GAP)));
        for (let index = first * columns; index < Math.min((last + 1) * columns, group.cells.length); index += 1) {
          const cell = group.cells[index];
          wanted.add(cell.id);
          let made = tiles.get(cell.id);
          if (!made) {
            made = makeTile(cell);
            tiles.set(cell.id, made);
          }
          dress(made, cell);
          made.tile.setAttribute("aria-posinset", String(index + 1));
          made.tile.setAttribute("aria-setsize", String(group.cells.length));
          made.tile.style.width = `${width}px`;
          made.tile.style.height = `${height}px`;
          made.tile.style.translate = `${PAD + (index % columns) * (width + GAP)}px ${HEAD + Math.floor(index / columns) * (height + GAP)}px`;
          if (made.tile.parentNode !== part.box) {
            part.box.append(made.tile);
          }
        }
      }
      for (const [id, made] of tiles) {
        if (!wanted.has(id)) {
          made.tile.remove();
          if (tiles.size > MOST_KEPT) {
            tiles.delete(id);
          }
        }
      }
      for (const [code, part] of parts) {
        if (!shownParts.has(code)) {
          part.box.remove();
        }
      }
      root.setAttribute("aria-activedescendant", wanted.has(cursor) ? `tile-${cursor}` : "");
    };

    let asked = 0;
    const soon = () => {
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        render();
      });
    };
    root.addEventListener("scroll", soon, { passive: true });
    new ResizeObserver(() => {
      lay();
      soon();
    }).observe(root);

    const reveal = (id) => {
      const found = at.get(id);
      if (!found) {
        return;
      }
      const [, height] = tileSize();
      const top = found.group.top + HEAD + Math.floor(found.index / columns) * (height + GAP);
      if (top - HEAD < root.scrollTop) {
        root.scrollTop = top - HEAD;
      } else if (top + height + GAP > root.scrollTop + root.clientHeight) {
        root.scrollTop = top + height + GAP - root.clientHeight;
      }
    };

    root.addEventListener("click", (event) => {
      const all = event.target.closest("[data-confirm-group]");
      const tile = event.target.closest("[data-cell]");
      if (all) {
        onConfirmGroup(all.dataset.confirmGroup);
      } else if (tile) {
        onPick(tile.dataset.cell, { range: event.shiftKey, toggle: event.ctrlKey || event.metaKey });
      }
    });
    root.addEventListener("dblclick", (event) => {
      const tile = event.target.closest("[data-cell]");
      if (tile) {
        onOpen(tile.dataset.cell);
      }
    });

    return {
      render,
      order: () => order,
      groups: () => groups,
      groupOf: (id) => at.get(id)?.group,
      has: (id) => at.has(id),
      arrange(shown) {
        groups = shown;
        widest = Math.max(20, ...groups.slice(0, 3).flatMap((group) => group.cells.slice(0, 200).map((cell) => Math.max(cell.box[2], cell.box[3]))));
        lay();
      },
      show(id, chosen) {
        cursor = id;
        selected = chosen;
        reveal(id);
        render();
      },
      mark(ids) {
        marked = new Set(ids);
        render();
      },
      resize(px) {
        side = px;
        lay();
        reveal(cursor);
        render();
      },
      /* The cell `by` steps on: sideways in order, up and down to the tile that stands there */
      beside(id, way) {
        const found = at.get(id);
        if (!found) {
          return order[0];
        }
        if (way === "left" || way === "right") {
          return order[Math.min(Math.max(found.overall + (way === "right" ? 1 : -1), 0), order.length - 1)];
        }
        if (way === "home" || way === "end") {
          return way === "home" ? order[0] : order.at(-1);
        }
        const column = found.index % columns;
        const row = Math.floor(found.index / columns);
        if (way === "down") {
          if (row + 1 < found.group.rows) {
            return found.group.cells[Math.min(found.index + columns, found.group.cells.length - 1)].id;
          }
          const next = groups[groups.indexOf(found.group) + 1];
          return next ? next.cells[Math.min(column, next.cells.length - 1)].id : id;
        }
        if (row > 0) {
          return found.group.cells[found.index - columns].id;
        }
        const before = groups[groups.indexOf(found.group) - 1];
        return before ? before.cells[Math.min((before.rows - 1) * columns + column, before.cells.length - 1)].id : id;
      },
      page() {
        const [, height] = tileSize();
        return Math.max(1, Math.floor(root.clientHeight / (height + GAP)) - 1);
      },
      range(from, to) {
        const a = at.get(from)?.overall ?? at.get(to)?.overall ?? 0;
        const b = at.get(to)?.overall ?? a;
        return order.slice(Math.min(a, b), Math.max(a, b) + 1);
      },
      /* How many px of the screen are `um` micrometres in every tile */
      pxOf: (um) => (um / SPAN_UM) * side,
    };
  };
})();
