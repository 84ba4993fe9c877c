/* One tile of the gallery: a cell cut out of its field, its letter, and what is to be said of it. */
import { gettext } from "../shared/words.js";
import { element } from "./elements.js";
import { shownLabel } from "./order.js";
import { suggestionOf } from "./wording.js";

const scoreWords = (cell, silent, classes) => {
  if (cell.removed) {
    return gettext("removed");
  }
  if (cell.excluded) {
    return gettext("excluded");
  }
  if (cell.pending) {
    return gettext("analysing");
  }
  if (silent) {
    return "";
  }
  return cell.reviewed ? "✓" : suggestionOf(cell, classes, "letter");
};

/** The parts of an empty tile for `cell`; `drawn` is the side its image was asked for, `painted` whether it is there. */
export const makeTile = (cell) => {
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
  return { tile, canvas, letter, flag, score, name, drawn: 0, painted: false };
};

/** Put onto the tile what the store knows of `cell` now. */
export const dressTile = ({ tile, letter, flag, score, name }, cell, { store, classes, describe }) => {
  const hidden = store.hidden();
  const silent = hidden && !cell.reviewed;
  const label = shownLabel(cell, hidden);
  const kind = silent ? "not_read" : label || "unidentified";
  const marks = {
    excluded: cell.excluded,
    unsaved: cell.unsaved,
    awaited: cell.pending,
    changed: store.isMarked(cell.id),
    cursor: cell.id === store.at(),
  };
  const set = Object.keys(marks).filter((mark) => marks[mark]);
  tile.className = ["rv-tile", `cell-${kind}`, cell.reviewed ? "reviewed" : "suggested", ...set].join(" ");
  tile.setAttribute("aria-selected", String(store.chosen().has(cell.id)));
  name.textContent = describe(cell);
  letter.textContent = silent ? "·" : (classes[label] || classes.unidentified).letter;
  flag.hidden = !cell.flagged;
  score.textContent = scoreWords(cell, silent, classes);
  const suggested = !silent && !cell.reviewed && !cell.excluded && !cell.pending;
  tile.title = suggested ? `${(classes[label] || classes.unidentified).label} · ${suggestionOf(cell, classes)}` : "";
};
