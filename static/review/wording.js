/* Words and numbers the parts of the workspace share. */
import { scoreOf } from "../shared/wording.js";

export const groupName = (code, classes) =>
  ({ not_read: "Not reviewed yet", excluded: "Excluded", unidentified: "Unidentified" })[code] ?? classes[code].plural;
export const clock = (iso) => new Intl.DateTimeFormat("en-GB", { timeStyle: "short" }).format(new Date(iso));

const isNamed = (cell) => Boolean(cell.label) && cell.label !== "unidentified";

/** The score of a suggestion; of an unidentified cell with the class that it is nearest to. */
export const suggestionOf = (cell, classes, name) =>
  scoreOf(cell.score, isNamed(cell) ? undefined : classes[cell.ai?.best], name);

/* A cell in one line, for those who hear it */
export const describeWith =
  ({ store, classes }) =>
  (cell) => {
    const image = store.image(cell);
    const parts = [`Cell ${cell.n} of field ${image?.ordinal ?? "?"}`];
    if (cell.removed) {
      parts.push("removed as a false detection");
    } else if (cell.excluded) {
      parts.push("excluded");
    } else if (store.hidden() && !cell.reviewed) {
      parts.push("not reviewed yet");
    } else {
      parts.push((classes[cell.label] || classes.unidentified).label.toLowerCase());
      parts.push(
        cell.reviewed
          ? "reviewed"
          : cell.score === null
            ? "suggested"
            : `${isNamed(cell) ? "suggested with" : "most like"} ${suggestionOf(cell, classes)}`,
      );
    }
    if (cell.flagged) {
      parts.push("flagged");
    }
    if (cell.unsaved) {
      parts.push("not saved yet");
    }
    return parts.join(", ");
  };
