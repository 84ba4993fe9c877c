/* What is known of the case: what the server last said, and over it what was decided here and is not saved yet.
   Nothing is drawn from anything else, so a refused action takes itself back by leaving the list. */
(() => {
  "use strict";
  const review = window.hematovision.review;

  const EFFECT = {
    label: (cell, action) => ({ ...cell, label: action.label, reviewed: true, excluded: false }),
    confirm: (cell) => ({ ...cell, reviewed: true }),
    exclude: (cell, action) => ({ ...cell, excluded: true, reviewed: true, reason_code: action.reason_code }),
    include: (cell) => ({ ...cell, excluded: false, reviewed: false }),
    flag: (cell) => ({ ...cell, flagged: true }),
    unflag: (cell) => ({ ...cell, flagged: false }),
    remove: (cell, action) => ({ ...cell, excluded: true, removed: true, reviewed: true, reason_code: action.reason_code }),
    restore: (cell) => ({ ...cell, excluded: false, removed: false, reviewed: false }),
  };

  review.createStore = () => {
    const truth = new Map();
    const derived = new Map();
    const listeners = [];
    const pending = [];
    const state = { images: new Map(), todo: { unreviewed: 0, unidentified: 0, flagged: 0 } };

    /* What of the unsaved list stands: an undo takes back the last of it, a redo brings that again */
    const standing = () => {
      const done = [];
      const undone = [];
      for (const action of pending) {
        if (action.kind === "undo") {
          undone.push(...done.splice(-1));
        } else if (action.kind === "redo") {
          done.push(...undone.splice(-1));
        } else if (EFFECT[action.kind]) {
          done.push(action);
          undone.length = 0;
        }
      }
      return done;
    };
    const derive = (id, actions) => {
      let cell = truth.get(id);
      if (!cell) {
        derived.delete(id);
        return;
      }
      const unsaved = pending.some((action) => action.cells.includes(id));
      for (const action of actions) {
        if (action.cells.includes(id)) {
          cell = EFFECT[action.kind](cell, action);
        }
      }
      derived.set(id, unsaved ? { ...cell, unsaved } : cell);
    };
    const tell = (ids) => {
      for (const listener of listeners) {
        listener(ids);
      }
    };
    const adopt = (answer) => {
      for (const name of ["case", "lease", "blind", "model", "differential", "undo", "redo", "keys"]) {
        if (answer[name] !== undefined) {
          state[name] = answer[name];
        }
      }
      if (answer.todo) {
        state.todo = answer.todo;
      }
      if (answer.images) {
        state.images = new Map(answer.images.map((image) => [image.id, image]));
      }
    };

    return {
      state,
      pending,
      listen: (listener) => listeners.push(listener),
      cell: (id) => derived.get(id),
      saved: (id) => truth.get(id),
      cells: () => [...derived.values()],
      image: (cell) => state.images.get(cell.image),
      /* Everything anew, as the server has it */
      reset(answer) {
        adopt(answer);
        truth.clear();
        derived.clear();
        for (const cell of answer.cells) {
          truth.set(cell.id, cell);
        }
        const actions = standing();
        for (const id of truth.keys()) {
          derive(id, actions);
        }
        tell(null);
      },
      /* An answer to one action. Another tab may have told of a later state already: the higher revision stays */
      merge(answer) {
        adopt(answer);
        const ids = [];
        for (const cell of answer.cells || []) {
          const known = truth.get(cell.id);
          if (!known || cell.revision >= known.revision) {
            truth.set(cell.id, cell);
          }
          ids.push(cell.id);
        }
        for (const id of answer.gone || []) {
          truth.delete(id);
          ids.push(id);
        }
        return ids;
      },
      refresh(ids) {
        const actions = standing();
        for (const id of new Set(ids)) {
          derive(id, actions);
        }
        tell(ids);
      },
      /* What is left to do, with what is not saved yet counted in */
      todo() {
        const left = { total: 0, unreviewed: 0, unidentified: 0, flagged: 0 };
        for (const cell of derived.values()) {
          if (!cell.removed) {
            left.total += 1;
            left.unreviewed += cell.reviewed ? 0 : 1;
            left.unidentified += !cell.excluded && cell.label === "unidentified" ? 1 : 0;
            left.flagged += cell.flagged ? 1 : 0;
          }
        }
        return left;
      },
    };
  };
})();
