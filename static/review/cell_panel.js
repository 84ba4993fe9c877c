/* The chosen cell close up, with what is known of it. */
import { spanOf } from "../shared/crop.js";
import { percent } from "../shared/wording.js";
import { gettext, ngettext } from "../shared/words.js";
import { element, letterOf } from "./elements.js";
import { clock, inSentence, suggestionOf } from "./wording.js";

const CLOSE_UP_UM = 26;
const CLOSE_UP_PX = 112;
const MOST_SHARES = 3;
const SVG = "http://www.w3.org/2000/svg";

const bar = (share, code) => {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", `bar cell-${code}`);
  drawing.setAttribute("viewBox", "0 0 100 8");
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("aria-hidden", "true");
  for (const [className, width] of [
    ["", 100],
    ["fill", share * 100],
  ]) {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("class", className);
    rect.setAttribute("width", width.toFixed(2));
    rect.setAttribute("height", 8);
    drawing.append(rect);
  }
  return drawing;
};

export const createCellPanel = (panel, { store, pictures, classes, reasons, onShown }) => {
  const part = (name) => panel.querySelector(`[data-cell-${name}]`);
  let wanted = "";

  const says = (cell) => {
    if (cell.pending) {
      return gettext("Added by hand. The model is analysing it.");
    }
    const who = cell.by ? `${cell.by.name}${cell.by.at ? `, ${clock(cell.by.at)}` : ""}` : gettext("a person");
    if (cell.removed) {
      return gettext("Removed as a false detection by {who}", { who });
    }
    if (cell.excluded) {
      return cell.reason_code
        ? gettext("Excluded by {who}: {reason}", {
            who,
            reason: inSentence(reasons[cell.reason_code] || cell.reason_code),
          })
        : gettext("Excluded by {who}", { who });
    }
    if (cell.reviewed) {
      return cell.unsaved ? gettext("Reviewed by you, not saved yet") : gettext("Reviewed by {who}", { who });
    }
    if (store.hidden()) {
      return gettext("Give it a class of your own.");
    }
    if (cell.label && cell.label !== "unidentified") {
      return gettext("Suggested, score {score}", { score: percent(cell.score) });
    }
    const nearest = suggestionOf(cell, classes);
    return nearest ? gettext("Not named. Nearest: {nearest}", { nearest }) : gettext("Not named. Nearest: no class");
  };

  return (cell, chosen) => {
    part("none").hidden = Boolean(cell);
    part("shown").hidden = !cell;
    if (!cell) {
      return;
    }
    const image = store.image(cell);
    const silent = store.hidden() && !cell.reviewed;
    const code = silent ? "not_read" : cell.label || "unidentified";
    const item = silent
      ? { letter: "·", label: gettext("Not reviewed yet") }
      : classes[cell.label] || classes.unidentified;
    panel.className = `rv-cell cell-${code}${cell.reviewed ? " reviewed" : ""}`;
    part("letter").textContent = item.letter;
    part("label").textContent =
      chosen > 1 ? ngettext("{count} cell chosen", "{count} cells chosen", chosen) : item.label;
    part("says").textContent = says(cell);
    const facts = [gettext("Field {field}, cell {cell}", { field: image?.ordinal ?? "?", cell: cell.n })];
    if (image?.um_per_px) {
      facts.push(`${(cell.box[2] * image.um_per_px).toFixed(1)} × ${(cell.box[3] * image.um_per_px).toFixed(1)} µm`);
    }
    if (cell.flagged) {
      facts.push(gettext("flagged"));
    }
    if (cell.added) {
      facts.push(gettext("drawn by hand"));
    }
    part("facts").textContent = facts.join(" · ");
    const talk = part("talk");
    talk.href = `${talk.dataset.address}?cell=${cell.id}`;
    const shares = part("shares");
    shares.replaceChildren();
    const ai = store.hidden() ? null : cell.ai;
    if (ai?.probabilities) {
      const top = Object.entries(ai.probabilities)
        .sort((a, b) => b[1] - a[1])
        .slice(0, MOST_SHARES);
      for (const [each, share] of top) {
        const row = element("li");
        row.append(
          letterOf(each, classes),
          element("span", "visually-hidden", classes[each]?.label ?? each),
          bar(share, each),
          element("span", "num", percent(share)),
        );
        shares.append(row);
      }
      if (cell.reviewed && !cell.excluded && ai.label && ai.label !== cell.label) {
        const said = inSentence((classes[ai.label] || classes.unidentified).label);
        part("facts").textContent += ` · ${gettext("the model said {said}", { said })}`;
      }
    }
    wanted = cell.id;
    if (image?.display) {
      const shown = pictures.drawNow({
        image,
        box: cell.box,
        span: spanOf(image.um_per_px, CLOSE_UP_UM, Math.max(cell.box[2], cell.box[3])),
        canvas: part("crop"),
        side: CLOSE_UP_PX,
        wanted: () => wanted === cell.id,
      });
      shown.then((drawn) => drawn && onShown(cell.id));
    }
  };
};
