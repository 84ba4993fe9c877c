/* The field beside the gallery: one picture at a time with a box for every cell, and the drawing of a missed one.
   Coming back to a field finds it as it was left: where, how large, with which cell. */
import { gettext } from "../shared/words.js";
import { createZoomableField } from "../shared/zoomable_field.js";
import { shownLabel } from "./order.js";
import { createPencil } from "./pencil.js";

const CLOSE_ENOUGH_PX = 56;
const CLOSE_UP_MARGIN = 1.6;
const SMALLEST_DRAWN_PX = 8;
const SETTLE_MS = 90;
const DRAWN_UM = 14;

export const createField = (element, { store, classes, onPick, onDrawn, onDrawEnd, onImage }) => {
  const holder = element.parentElement;
  const loading = holder.querySelector("[data-loading]");
  let image = null;
  let ready = false;
  let wish = null;
  let timer = 0;
  const field = createZoomableField(element, {
    keys: gettext("Enter goes back to the cells"),
    preserveViewport: true,
    shown: () => (ready ? image : null),
    onFollow: (at) => pencil.follow(at),
    onPick: (id, { shift, originalEvent }) =>
      onPick(id, { extend: shift, toggle: originalEvent.ctrlKey || originalEvent.metaKey }),
  });
  const { viewer } = field;

  const paint = (id) => {
    const cell = store.cell(id);
    if (!cell || cell.image !== image?.id || (cell.removed && id !== field.picked())) {
      field.remove(id);
      return;
    }
    const { group, tag, text } = field.box(id, cell.box);
    const label = shownLabel(cell, store.hidden());
    const silent = store.hidden() && !cell.reviewed;
    const kind = `cell-${silent ? "not_read" : label || "unidentified"}`;
    const excluded = cell.excluded ? " excluded" : "";
    const picked = id === field.picked() ? " picked" : "";
    group.setAttribute("class", `box ${kind} ${cell.reviewed ? "reviewed" : "suggested"}${excluded}${picked}`);
    tag.setAttribute("class", `tag ${kind}${excluded}`);
    text.textContent = cell.excluded ? "×" : silent ? "·" : (classes[label] || classes.unidentified).letter;
  };
  const paintAll = () => {
    field.clear();
    for (const cell of store.cells()) {
      paint(cell.id);
    }
    field.pick(field.picked());
    field.follow();
  };
  const bring = (cell, closeUp) => {
    const at = field.placement();
    if (at && cell.image === image.id) {
      const far = Math.max(cell.box[2], cell.box[3]) * at.scale < CLOSE_ENOUGH_PX;
      field.bring(cell.box, closeUp && far, CLOSE_UP_MARGIN);
    }
  };

  const open = (next) => {
    if (!next) {
      loading.textContent = gettext("This case has no field.");
      return;
    }
    if (next === image && (ready || !next.display)) {
      return;
    }
    const first = image === null;
    image = next;
    ready = false;
    onImage(next);
    field.clear();
    loading.hidden = false;
    loading.classList.remove("failed");
    if (!next.display) {
      viewer.close();
      loading.textContent = gettext("The picture of this field is being prepared.");
      return;
    }
    loading.textContent = first
      ? gettext("Loading the field")
      : gettext("Loading field {number}", { number: next.ordinal });
    viewer.open(field.source(next.display, next.width, next.height));
  };
  viewer.addHandler("open", () => {
    ready = true;
    loading.hidden = true;
    paintAll();
    if (wish) {
      bring(wish.cell, wish.closeUp);
      wish = null;
    }
  });
  viewer.addHandler("open-failed", () => {
    loading.hidden = false;
    loading.classList.add("failed");
    loading.textContent = gettext("The picture could not be loaded. Check the connection and choose the cell again.");
    image = image && { ...image };
  });

  const pencil = createPencil(holder.querySelector("[data-pencil]"), {
    placement: field.placement,
    image: () => image,
    smallest: SMALLEST_DRAWN_PX,
    size: () => (image?.um_per_px ? DRAWN_UM / image.um_per_px : 60),
    onDrawn: (box) => onDrawn(image, box),
    onEnd: onDrawEnd,
  });

  return {
    viewer,
    image: () => image,
    repaint(ids) {
      if (!ready) {
        return;
      }
      if (ids === null) {
        paintAll();
      } else {
        ids.forEach(paint);
        field.follow();
      }
    },
    /* Mark a cell and bring it into sight. Fast typing across fields opens only the field it ends in */
    show(cell, closeUp = false) {
      const before = field.picked();
      field.pick(cell.id);
      clearTimeout(timer);
      if (cell.image === image?.id && ready) {
        wish = null;
        paint(before);
        paint(cell.id);
        field.pick(cell.id);
        bring(cell, closeUp);
      } else {
        wish = { cell, closeUp };
        timer = setTimeout(() => open(store.image(cell)), image ? SETTLE_MS : 0);
      }
    },
    open: (next) => {
      clearTimeout(timer);
      wish = null;
      open(next);
    },
    zoom: field.zoom,
    boxes: field.showBoxes,
    focus: () => viewer.canvas.focus(),
    hasFocus: () => holder.contains(document.activeElement) && !document.activeElement.closest("button"),
    pencil,
  };
};
