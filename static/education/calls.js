/* The calls of a timed differential, without a page: what each cell is called, what is called next, and what the server
   has not kept yet. An entry is {position, turn, label, ms}; an empty label takes a call back. */

const isSame = (one, other) => one.position === other.position && one.turn === other.turn;

/**
 * `cells` as the server knows them, {position, label, turns} in their order; `unsent` the entries of an earlier page of this
 * tab. Those that the server has are dropped, the others are applied.
 */
export const createCalls = (cells, unsent = []) => {
  const labels = cells.map(({ label }) => label);
  const turns = cells.map((cell) => cell.turns);
  let waiting = [];

  const at = () => {
    const open = labels.indexOf("");
    return open < 0 ? labels.length : open;
  };
  const put = (index, label, ms) => {
    const entry = { position: cells[index].position, turn: turns[index], label, ms };
    labels[index] = label;
    turns[index] += 1;
    waiting.push(entry);
    return entry;
  };
  for (const entry of unsent) {
    const index = cells.findIndex(({ position }) => position === entry.position);
    if (index >= 0 && entry.turn === turns[index]) {
      put(index, entry.label, entry.ms);
    }
  }

  return {
    /* The place of the cell to call now; the number of cells when all are called */
    at,
    call: (label, ms) => put(at(), label, ms),
    /* Null where nothing is called */
    undo: () => (at() > 0 ? put(at() - 1, "", 0) : null),
    counts: () => {
      const counts = {};
      for (const label of labels.filter(Boolean)) {
        counts[label] = (counts[label] ?? 0) + 1;
      }
      return counts;
    },
    waiting: () => [...waiting],
    /* Forgets what the server kept, and returns what still waits */
    saved(entries) {
      waiting = waiting.filter((entry) => !entries.some((kept) => isSame(kept, entry)));
      return [...waiting];
    },
  };
};
