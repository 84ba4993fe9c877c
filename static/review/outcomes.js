/* What became of an action: saved, refused, too late because the cells had changed, or lost with the case. */
import { gettext, ngettext } from "../shared/words.js";

const NOT_AGAIN = ["undo", "redo", "add"];

/** What of `action` changed meanwhile, by whom, in a sentence. */
export const staleSentence = (ids, cell, image) => {
  const kept = gettext("Yours was not saved; the cells show what they are now.");
  const person = cell?.by?.name;
  let what;
  if (ids.length === 1 && cell) {
    const where = { cell: cell.n, field: image?.ordinal, person };
    what = person
      ? gettext("Cell {cell} of field {field} was changed meanwhile by {person}.", where)
      : gettext("Cell {cell} of field {field} was changed meanwhile.", where);
  } else {
    const count = ids.length || 1;
    what = person
      ? ngettext(
          "{count} cell of this action was changed meanwhile by {person}.",
          "{count} cells of this action were changed meanwhile by {person}.",
          count,
          { person },
        )
      : ngettext(
          "{count} cell of this action was changed meanwhile.",
          "{count} cells of this action were changed meanwhile.",
          count,
        );
  }
  return `${what} ${kept}`;
};

export const createOutcomes = ({ store, notices, say, again, onSaved, onLost }) => ({
  onSaved(action, answer, ids) {
    notices.set("refused");
    if (action.kind === "undo" || action.kind === "redo") {
      store.landOn(ids);
      say(
        action.kind === "undo"
          ? ngettext("Undone: {count} cell.", "Undone: {count} cells.", ids.length)
          : ngettext("Done again: {count} cell.", "Done again: {count} cells.", ids.length),
      );
    } else if (action.kind === "add" && ids.length) {
      store.landOn(ids);
    }
    onSaved(answer);
  },
  onRefused(problem) {
    const sentence = problem.detail || gettext("The action was refused. Nothing was changed.");
    notices.set("refused", sentence, { tone: "warn", actions: [[gettext("Close"), () => notices.set("refused")]] });
    say(sentence);
    if (problem.cell && store.cell(problem.cell)) {
      store.landOn([problem.cell]);
    }
  },
  onStale(action, problem) {
    const ids = (problem.cells || []).map((cell) => cell.id ?? cell);
    const cell = store.cell(ids[0]);
    const sentence = staleSentence(ids, cell, cell && store.image(cell));
    const leave = () => {
      notices.set("stale");
      store.mark([]);
    };
    const repeat = () => {
      leave();
      again(action);
    };
    const actions = [
      ...(NOT_AGAIN.includes(action.kind) ? [] : [[gettext("Do mine again"), repeat]]),
      [gettext("Leave it"), leave],
    ];
    notices.set("stale", sentence, { tone: "warn", actions });
    store.mark(ids);
    store.landOn(ids);
    say(sentence);
  },
  onLost(problem) {
    store.merge({ lease: { holder: problem.holder || null, mine: false, until: problem.until || null } });
    onLost();
  },
});
