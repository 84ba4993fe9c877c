/* Words and numbers the parts of the workspace share. */
import { scoreOf } from "../shared/wording.js";
import { gettext, locale } from "../shared/words.js";

export const groupName = (code, classes) =>
  ({ not_read: gettext("Not reviewed yet"), excluded: gettext("Excluded"), unidentified: gettext("Unidentified") })[
    code
  ] ?? classes[code].plural;
/* A label within a sentence */
export const inSentence = (label) => label.toLocaleLowerCase(locale());
export const clock = (iso) => new Intl.DateTimeFormat(locale(), { timeStyle: "short" }).format(new Date(iso));

const isNamed = (cell) => Boolean(cell.label) && cell.label !== "unidentified";

/** The score of a suggestion; of an unidentified cell with the class that it is nearest to. */
export const suggestionOf = (cell, classes, name) =>
  scoreOf(cell.score, isNamed(cell) ? undefined : classes[cell.ai?.best], name);

/* A cell in one line, for those who hear it */
export const describeWith =
  ({ store, classes }) =>
  (cell) => {
    const image = store.image(cell);
    const parts = [gettext("Cell {cell} of field {field}", { cell: cell.n, field: image?.ordinal ?? "?" })];
    if (cell.removed) {
      parts.push(gettext("removed as a false detection"));
    } else if (cell.excluded) {
      parts.push(gettext("excluded"));
    } else if (store.hidden() && !cell.reviewed) {
      parts.push(gettext("not reviewed yet"));
    } else {
      parts.push(inSentence((classes[cell.label] || classes.unidentified).label));
      parts.push(
        cell.reviewed
          ? gettext("reviewed")
          : cell.score === null
            ? gettext("suggested")
            : isNamed(cell)
              ? gettext("suggested with {score}", { score: suggestionOf(cell, classes) })
              : gettext("most like {suggestion}", { suggestion: suggestionOf(cell, classes) }),
      );
    }
    if (cell.flagged) {
      parts.push(gettext("flagged"));
    }
    if (cell.unsaved) {
      parts.push(gettext("not saved yet"));
    }
    return parts.join(", ");
  };
