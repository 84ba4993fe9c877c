/* What a reader does to the chosen cells: which of them it concerns, what is sent, and where the cursor goes then. */
(() => {
  "use strict";
  const review = window.hematovision.review;

  review.createDecisions = ({ store, queue, gallery, cursor, lease, classes, hidden, say, askReason }) => {
    const cellsOf = (ids) => ids.map((id) => store.cell(id)).filter(Boolean);
    const named = (cell) => cell.label && cell.label !== "unidentified";
    const left = () => {
      const { unreviewed } = store.todo();
      return unreviewed ? `${unreviewed} to review` : "All cells are reviewed";
    };

    /* Send, then go on: to the next cell nobody has read, else stay where one is */
    const act = async (kind, cells, { says, advance = true, ...more }) => {
      if (!cells.length) {
        return false;
      }
      const ids = cells.map((cell) => cell.id);
      const done = new Set(ids);
      if (!lease.mine() && !(await lease.hold())) {
        return false;
      }
      const next = advance ? cursor.nextOpen(cursor.at(), 1, done) : "";
      queue.push({ kind, cells: ids, ...more });
      if (next) {
        cursor.go(next);
      } else if (advance && cursor.chosen().size > 1) {
        cursor.alone();
      }
      say(`${says(cells.length)}. ${left()}.`);
      return true;
    };
    const many = (count) => (count === 1 ? "" : `${count} cells: `);

    const include = (cells) => act("include", cells, { advance: false, says: (count) => `${many(count)}Counted again` });
    const confirmed = (count) => (count === 1 ? "Confirmed" : `${count} cells confirmed`);
    const confirmable = (cells) => cells.filter((cell) => !cell.reviewed && named(cell) && !cell.pending);

    return {
      label(code) {
        const cells = cellsOf(cursor.ids());
        const free = cells.filter((cell) => !cell.removed);
        if (!cells.length) {
          return;
        }
        if (!free.length) {
          say("A removed cell is restored first, with Delete.");
          return;
        }
        const needed = free.filter((cell) => cell.excluded || !cell.reviewed || cell.label !== code);
        if (!needed.length) {
          const next = cursor.nextOpen(cursor.at());
          cursor.go(next || cursor.at());
          return;
        }
        act("label", needed, { label: code, says: (count) => `${many(count)}${(classes[code] || classes.unidentified).label}` });
      },
      confirm() {
        const cells = cellsOf(cursor.ids());
        const open = cells.filter((cell) => !cell.reviewed);
        if (!open.length) {
          const next = cursor.nextOpen(cursor.at());
          if (next) {
            cursor.go(next);
          } else {
            say(left());
          }
          return;
        }
        if (hidden()) {
          say(store.state.blind ? "The laboratory reads blind: give the cell a class of your own." : "Give the cell a class of your own, or show what the machine says.");
          return;
        }
        const ready = confirmable(open);
        if (!ready.length) {
          say(open.some((cell) => cell.pending) ? "The machine is still reading this cell." : "An unidentified cell needs a class, or is excluded.");
          return;
        }
        act("confirm", ready, { says: confirmed });
      },
      confirmGroup(code) {
        const group = gallery.groups().find((each) => each.code === code);
        if (hidden()) {
          say("There is no suggestion to confirm while the machine's word is hidden.");
          return;
        }
        const ready = group && code !== "excluded" ? confirmable(group.cells) : [];
        if (!ready.length) {
          say("No suggestion in this class is waiting.");
          return;
        }
        act("confirm", ready, { says: (count) => `${count} ${count === 1 ? classes[code].label.toLowerCase() : classes[code].plural.toLowerCase()} confirmed` });
      },
      async exclude() {
        const cells = cellsOf(cursor.ids()).filter((cell) => !cell.removed);
        if (!cells.length) {
          say(cursor.at() ? "A removed cell is restored first, with Delete." : "There is no cell to exclude.");
          return;
        }
        if (cells.every((cell) => cell.excluded)) {
          include(cells);
          return;
        }
        const why = await askReason(cells.length);
        if (why) {
          const wanted = cells.filter((cell) => !cell.excluded || cell.reason_code !== why.code);
          act("exclude", wanted, { reason_code: why.code, reason: why.text, says: (count) => `${many(count)}Excluded, ${why.words.toLowerCase()}` });
        }
      },
      include: () => include(cellsOf(cursor.ids()).filter((cell) => cell.excluded && !cell.removed)),
      remove() {
        const cells = cellsOf(cursor.ids());
        if (cells.length && cells.every((cell) => cell.removed)) {
          act("restore", cells, { advance: false, says: (count) => `${many(count)}Restored` });
        } else {
          act("remove", cells.filter((cell) => !cell.removed), { says: (count) => `${many(count)}Removed as a false detection, kept in the record` });
        }
      },
      flag() {
        const cells = cellsOf(cursor.ids());
        const off = cells.every((cell) => cell.flagged);
        act(off ? "unflag" : "flag", off ? cells : cells.filter((cell) => !cell.flagged), {
          advance: false,
          says: (count) => `${many(count)}${off ? "Flag taken off" : "Flagged"}`,
        });
      },
      async back(kind) {
        const waiting = store.pending.length > 0;
        if (!waiting && !store.state[kind]) {
          say(kind === "undo" ? "There is nothing to undo." : "There is nothing to do again.");
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
        return act(kind, cells, { label, reason_code: code, reason, advance: false, says: () => "Done again on the cells as they are now" });
      },
      async add(image, box) {
        if (lease.mine() || (await lease.hold())) {
          queue.push({ kind: "add", image: image.id, box });
          say("Cell added. The machine reads it now.");
        }
      },
    };
  };
})();
