/* The field of the case page's viewer: one picture, its cells as the server told them. */
import { gettext } from "../shared/words.js";
import { createZoomableField } from "../shared/zoomable_field.js";

const CLOSE_UP_MARGIN = 0.8;

export const createFieldBoxes = (element, data, { keyMap, onPick, onReady, onFail }) => {
  const cells = new Map(data.cells.map((cell) => [cell.id, cell]));
  const picture = { width: data.width, um_per_px: data.umPerPx };
  const field = createZoomableField(element, {
    keys: gettext("{next} and {previous} step through the cells", {
      next: keyMap.first("next"),
      previous: keyMap.first("previous"),
    }),
    shown: () => picture,
    onPick: (id) => onPick(cells.get(id)),
  });
  for (const cell of data.cells) {
    const { group, tag, text } = field.box(cell.id, cell.box);
    const kind = `cell-${cell.label || "unidentified"}`;
    group.setAttribute(
      "class",
      `box ${kind} ${cell.human ? "reviewed" : "suggested"}${cell.excluded ? " excluded" : ""}`,
    );
    tag.setAttribute("class", `tag ${kind}`);
    text.textContent = (data.classes[cell.label] || data.classes.unidentified).letter;
  }
  field.viewer.addHandler("open", () => {
    field.follow();
    onReady();
  });
  field.viewer.addHandler("open-failed", onFail);
  field.viewer.open(field.source(data.display, data.width, data.height));

  return {
    viewer: field.viewer,
    zoom: field.zoom,
    showBoxes: field.showBoxes,
    /* Mark a cell and bring it into view, close up when asked */
    show(cell, closeUp) {
      field.pick(cell.id);
      field.bring(cell.box, closeUp, CLOSE_UP_MARGIN);
    },
    filter(label) {
      for (const [id, { group, tag }] of field.boxes()) {
        const off = Boolean(label) && cells.get(id).label !== label;
        group.classList.toggle("filtered", off);
        tag.classList.toggle("filtered", off);
      }
    },
  };
};
