/* What became of an action: saved, refused, too late because the cells had changed, or lost with the case. */
import { plural } from "../shared/wording.js";

const NOT_AGAIN = ["undo", "redo", "add"];

/** What of `action` changed meanwhile, by whom, in a sentence. */
export const staleSentence = (ids, cell, image) => {
  const what =
    ids.length === 1 && cell
      ? `Cell ${cell.n} of field ${image?.ordinal} was`
      : `${plural(ids.length || 1, "cell")} of this action ${ids.length === 1 ? "was" : "were"}`;
  const whom = cell?.by ? ` by ${cell.by.name}` : "";
  return `${what} changed meanwhile${whom}. Yours was not saved; the cells show what they are now.`;
};

export const createOutcomes = ({ store, notices, say, again, onSaved, onLost }) => ({
  onSaved(action, answer, ids) {
    const back = { undo: "Undone", redo: "Done again" }[action.kind];
    notices.set("refused");
    if (back) {
      store.landOn(ids);
      say(`${back}: ${plural(ids.length, "cell")}.`);
    } else if (action.kind === "add" && ids.length) {
      store.landOn(ids);
    }
    onSaved(answer);
  },
  onRefused(problem) {
    const sentence = problem.detail || "The action was refused. Nothing was changed.";
    notices.set("refused", sentence, { tone: "warn", actions: [["Close", () => notices.set("refused")]] });
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
    const actions = [...(NOT_AGAIN.includes(action.kind) ? [] : [["Do mine again", repeat]]), ["Leave it", leave]];
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
