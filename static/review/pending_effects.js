/* What an action that is not saved yet does to a cell. Pure: a cell and actions in, a cell out. */

const EFFECT = {
  label: (cell, action) => ({ ...cell, label: action.label, reviewed: true, excluded: false }),
  confirm: (cell) => ({ ...cell, reviewed: true }),
  exclude: (cell, action) => ({ ...cell, excluded: true, reviewed: true, reason_code: action.reason_code }),
  include: (cell) => ({ ...cell, excluded: false, reviewed: false }),
  flag: (cell) => ({ ...cell, flagged: true }),
  unflag: (cell) => ({ ...cell, flagged: false }),
  remove: (cell, action) => ({
    ...cell,
    excluded: true,
    removed: true,
    reviewed: true,
    reason_code: action.reason_code,
  }),
  restore: (cell) => ({ ...cell, excluded: false, removed: false, reviewed: false }),
};

/** The actions of the unsaved list that stand: an undo takes back the last of them, a redo brings that again. */
export const standing = (pending) => {
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

/** `cell` as it is once the `actions` that concern it are saved. */
export const withEffects = (cell, actions) =>
  actions.reduce((seen, action) => (action.cells.includes(cell.id) ? EFFECT[action.kind](seen, action) : seen), cell);
