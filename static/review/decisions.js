/* What a reviewer does to the chosen cells: which of them it concerns, what is sent, and where the cursor goes then. */
import { gettext, ngettext } from "../shared/words.js";
import { inSentence } from "./wording.js";

/* What counts as having viewed a cell */
const LOOKED_AT = ["label", "confirm", "exclude", "remove"];

export const createDecisions = ({ store, queue, lease, classes, say, askReason, turnTo }) => {
  const cellsOf = (ids) => ids.map((id) => store.cell(id)).filter(Boolean);
  const named = (cell) => cell.label && cell.label !== "unidentified";
  const left = () => {
    const { unreviewed } = store.todo();
    return unreviewed
      ? ngettext("{count} to review", "{count} to review", unreviewed)
      : gettext("All cells are reviewed");
  };

  /* Send, then go on: to the next cell nobody has read, else stay where one is.
     Of several cells only those are decided on that have been on the screen; then the gallery turns to the others */
  const act = async (kind, asked, { says, advance = true, ...more }) => {
    const apart = asked.length > 1 && LOOKED_AT.includes(kind);
    const cells = apart ? asked.filter((cell) => store.hasSeen(cell.id)) : asked;
    const unseen = apart ? asked.filter((cell) => !store.hasSeen(cell.id)).map((cell) => cell.id) : [];
    if (!cells.length) {
      if (unseen.length) {
        turnToUnseen(unseen, store.chosen().size > 1);
        say(
          gettext("None of these {count} cells was on the screen yet. Look at them, then do it again.", {
            count: unseen.length,
          }),
        );
      }
      return false;
    }
    const ids = cells.map((cell) => cell.id);
    const done = new Set(ids);
    if (!lease.mine() && !(await lease.hold())) {
      return false;
    }
    const next = advance && !unseen.length ? store.nextOpen(store.at(), 1, done) : "";
    const displayed = ids.filter((id) => store.hasSeen(id));
    queue.push({ kind, cells: ids, displayed, ...more });
    if (unseen.length) {
      turnToUnseen(unseen, store.chosen().size > 1);
      const rest = ngettext(
        "{count} not seen yet: look at it, then do it again.",
        "{count} not seen yet: look at them, then do it again.",
        unseen.length,
      );
      say(`${says(cells.length)}. ${rest}`);
      return true;
    }
    if (next) {
      store.go(next);
    } else if (advance && store.chosen().size > 1) {
      store.go(store.at());
    }
    say(`${says(cells.length)}. ${left()}.`);
    return true;
  };
  /* The cells that were not on the screen: the next page of them, still chosen where they had been chosen */
  const turnToUnseen = (ids, choose) => {
    const there = ids.filter((id) => store.has(id));
    if (there.length) {
      const first = store.order().find((id) => there.includes(id));
      store.go(first);
      if (choose) {
        store.choose(there);
      }
      turnTo(first);
    }
  };
  const many = (count, what) =>
    count === 1 ? what : ngettext("{count} cell: {what}", "{count} cells: {what}", count, { what });

  const include = (cells) =>
    act("include", cells, { advance: false, says: (count) => many(count, gettext("Counted again")) });
  const confirmed = (count) =>
    count === 1 ? gettext("Confirmed") : ngettext("{count} cell confirmed", "{count} cells confirmed", count);
  const confirmable = (cells) => cells.filter((cell) => !cell.reviewed && named(cell) && !cell.pending);

  return {
    label(code) {
      const cells = store.chosenCells();
      const free = cells.filter((cell) => !cell.removed);
      if (!cells.length) {
        return;
      }
      if (!free.length) {
        say(gettext("A removed cell is restored first, with Delete."));
        return;
      }
      const needed = free.filter((cell) => cell.excluded || !cell.reviewed || cell.label !== code);
      if (!needed.length) {
        const next = store.nextOpen(store.at());
        store.go(next || store.at());
        return;
      }
      act("label", needed, {
        label: code,
        says: (count) => many(count, (classes[code] || classes.unidentified).label),
      });
    },
    confirm() {
      const cells = store.chosenCells();
      const open = cells.filter((cell) => !cell.reviewed);
      if (!open.length) {
        const next = store.nextOpen(store.at());
        if (next) {
          store.go(next);
        } else {
          say(left());
        }
        return;
      }
      if (store.hidden()) {
        say(
          store.state.blind
            ? gettext("The laboratory reviews blinded: give the cell a class of your own.")
            : gettext("Give the cell a class of your own, or show what the model says."),
        );
        return;
      }
      const ready = confirmable(open);
      if (!ready.length) {
        say(
          open.some((cell) => cell.pending)
            ? gettext("The model is still analysing this cell.")
            : gettext("An unidentified cell needs a class, or is excluded."),
        );
        return;
      }
      act("confirm", ready, { says: confirmed });
    },
    confirmGroup(code) {
      const group = store.groups().find((each) => each.code === code);
      if (store.hidden()) {
        say(gettext("There is no suggestion to confirm while what the model says is hidden."));
        return;
      }
      const ready = group && code !== "excluded" ? confirmable(group.cells) : [];
      if (!ready.length) {
        say(gettext("No suggestion in this class is waiting."));
        return;
      }
      act("confirm", ready, {
        says: (count) =>
          ngettext("{count} {what} confirmed", "{count} {what} confirmed", count, {
            what: inSentence(count === 1 ? classes[code].label : classes[code].plural),
          }),
      });
    },
    async exclude() {
      const cells = store.chosenCells().filter((cell) => !cell.removed);
      if (!cells.length) {
        say(
          store.at()
            ? gettext("A removed cell is restored first, with Delete.")
            : gettext("There is no cell to exclude."),
        );
        return;
      }
      if (cells.every((cell) => cell.excluded)) {
        include(cells);
        return;
      }
      const why = await askReason(cells.length);
      if (why) {
        const wanted = cells.filter((cell) => !cell.excluded || cell.reason_code !== why.code);
        act("exclude", wanted, {
          reason_code: why.code,
          reason: why.text,
          says: (count) => many(count, gettext("Excluded, {reason}", { reason: inSentence(why.words) })),
        });
      }
    },
    include: () => include(store.chosenCells().filter((cell) => cell.excluded && !cell.removed)),
    remove() {
      const cells = store.chosenCells();
      if (cells.length && cells.every((cell) => cell.removed)) {
        act("restore", cells, { advance: false, says: (count) => many(count, gettext("Restored")) });
      } else {
        act(
          "remove",
          cells.filter((cell) => !cell.removed),
          { says: (count) => many(count, gettext("Removed as a false detection, kept in the record")) },
        );
      }
    },
    flag() {
      const cells = store.chosenCells();
      const off = cells.every((cell) => cell.flagged);
      act(off ? "unflag" : "flag", off ? cells : cells.filter((cell) => !cell.flagged), {
        advance: false,
        says: (count) => many(count, off ? gettext("Flag taken off") : gettext("Flagged")),
      });
    },
    async back(kind) {
      const waiting = store.pending.length > 0;
      if (!waiting && !store.state[kind]) {
        say(kind === "undo" ? gettext("There is nothing to undo.") : gettext("There is nothing to do again."));
        return;
      }
      if (lease.mine() || (await lease.hold())) {
        queue.push({ kind });
      }
    },
    /* The same once more on the cells as they are now: after somebody else had changed them */
    again(action) {
      const { kind, label, reason_code: code, reason } = action;
      const cells = cellsOf(action.cells);
      return act(kind, cells, {
        label,
        reason_code: code,
        reason,
        advance: false,
        says: () => gettext("Done again on the cells as they are now"),
      });
    },
    async add(image, box) {
      if (lease.mine() || (await lease.hold())) {
        queue.push({ kind: "add", image: image.id, box });
        say(gettext("Cell added. The model analyses it now."));
      }
    },
  };
};
