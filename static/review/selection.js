/* Which cell one is at and which are chosen. Pure: a selection is {at, anchor, chosen}, and each step returns a new one.
   `order` is the ids of the cells as they are shown. */

export const NOTHING_CHOSEN = Object.freeze({ at: "", anchor: "", chosen: new Set() });

/** The ids from one cell to another, both included, whichever comes first. */
export const between = (order, from, to) => {
  const end = order.indexOf(to);
  const start = order.includes(from) ? order.indexOf(from) : end;
  return start < 0 || end < 0 ? [] : order.slice(Math.min(start, end), Math.max(start, end) + 1);
};

/** Go to the cell `id`: alone, with all from the anchor on (`extend`), or added to or taken from the chosen (`toggle`). */
export const gone = (selection, order, id, { extend = false, toggle = false } = {}) => {
  if (extend && selection.anchor) {
    return { ...selection, at: id, chosen: new Set(between(order, selection.anchor, id)) };
  }
  if (!toggle) {
    return { at: id, anchor: id, chosen: new Set([id]) };
  }
  const chosen = new Set(selection.chosen);
  if (chosen.has(id) && chosen.size > 1) {
    chosen.delete(id);
  } else {
    chosen.add(id);
  }
  return { at: id, anchor: id, chosen };
};

/** After the cells were arranged anew: stay, or go to what now stands where one was. */
export const carriedOver = (selection, orderBefore, order) => {
  const shown = new Set(order);
  const { at, anchor } = selection;
  if (shown.has(at) && [...selection.chosen].every((id) => shown.has(id))) {
    return selection;
  }
  const chosen = new Set([...selection.chosen].filter((id) => shown.has(id)));
  let to = at;
  if (!shown.has(at)) {
    const from = orderBefore.indexOf(at);
    const after = orderBefore.slice(from + 1).find((id) => shown.has(id));
    const before = orderBefore.slice(0, Math.max(from, 0)).findLast((id) => shown.has(id));
    to = after || before || order[0] || "";
  }
  return to && !chosen.size ? { at: to, anchor: to, chosen: new Set([to]) } : { at: to, anchor, chosen };
};

/** The next cell for which `isOpen(id)`, from `id` on by steps of `by` and round the end; "" when there is none. */
export const nextOpen = (order, id, by, isOpen) => {
  const from = Math.max(0, order.indexOf(id));
  for (let step = 1; step <= order.length; step += 1) {
    const other = order[(((from + by * step) % order.length) + order.length) % order.length];
    if (isOpen(other)) {
      return other;
    }
  }
  return "";
};

/** The cell beside `id` where the cells of each group stand in rows of `columns`; the first cell where `id` is not shown. */
export const beside = (groups, columns, id, way) => {
  const order = groups.flatMap((group) => group.cells);
  const at = groups.findIndex((group) => group.cells.some((cell) => cell.id === id));
  if (at < 0) {
    return order[0]?.id;
  }
  const overall = order.findIndex((cell) => cell.id === id);
  const last = order.length - 1;
  const flat = { left: Math.max(overall - 1, 0), right: Math.min(overall + 1, last), home: 0, end: last }[way];
  if (flat !== undefined) {
    return order[flat].id;
  }
  const { cells } = groups[at];
  const index = cells.findIndex((cell) => cell.id === id);
  const column = index % columns;
  const rowOf = (place) => Math.floor(place / columns);
  if (way === "down") {
    if (rowOf(index) < rowOf(cells.length - 1)) {
      return cells[Math.min(index + columns, cells.length - 1)].id;
    }
    const below = groups[at + 1]?.cells;
    return below ? below[Math.min(column, below.length - 1)].id : id;
  }
  if (rowOf(index) > 0) {
    return cells[index - columns].id;
  }
  const above = groups[at - 1]?.cells;
  return above ? above[Math.min(rowOf(above.length - 1) * columns + column, above.length - 1)].id : id;
};
