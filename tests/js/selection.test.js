import assert from "node:assert/strict";
import { test } from "node:test";

import { beside, gone, NOTHING_CHOSEN, carriedOver } from "../../static/review/selection.js";

const ORDER = ["a", "b", "c", "d", "e"];
const ids = ({ chosen }) => [...chosen].sort();

test("going to a cell chooses it alone", () => {
  const selection = gone(gone(NOTHING_CHOSEN, ORDER, "a"), ORDER, "c");
  assert.equal(selection.at, "c");
  assert.deepEqual(ids(selection), ["c"]);
});

test("a range reaches from where it began, to either side", () => {
  const start = gone(NOTHING_CHOSEN, ORDER, "c");
  const right = gone(start, ORDER, "e", { extend: true });
  assert.deepEqual(ids(right), ["c", "d", "e"]);
  const left = gone(right, ORDER, "a", { extend: true });
  assert.deepEqual(ids(left), ["a", "b", "c"]);
});

test("a range whose beginning is not shown any more is its end alone", () => {
  const start = gone(NOTHING_CHOSEN, ORDER, "a");
  assert.deepEqual(ids(gone(start, ["b", "c"], "c", { extend: true })), ["c"]);
});

test("toggling adds a cell and takes it off again, but never the last one", () => {
  const one = gone(NOTHING_CHOSEN, ORDER, "a");
  const two = gone(one, ORDER, "c", { toggle: true });
  assert.deepEqual(ids(two), ["a", "c"]);
  assert.deepEqual(ids(gone(two, ORDER, "a", { toggle: true })), ["c"]);
  assert.deepEqual(ids(gone(one, ORDER, "a", { toggle: true })), ["a"]);
});

test("where the cell one is at goes out of sight, the next that is shown takes its place", () => {
  const at = (id, order) => carriedOver(gone(NOTHING_CHOSEN, ORDER, id), ORDER, order).at;
  assert.equal(at("b", ["a", "c", "d", "e"]), "c");
  assert.equal(at("e", ["a", "b"]), "b");
  assert.equal(at("c", []), "");
});

test("cells that are still shown stay chosen", () => {
  const chosen = gone(gone(NOTHING_CHOSEN, ORDER, "b"), ORDER, "d", { extend: true });
  const now = carriedOver(chosen, ORDER, ["a", "b", "d", "e"]);
  assert.deepEqual(ids(now), ["b", "d"]);
  assert.equal(now.at, "d");
});

/* Two groups in rows of three:   a b c / d e   and   f g h / i */
const GROUPS = [{ cells: [..."abcde"].map((id) => ({ id })) }, { cells: [..."fghi"].map((id) => ({ id })) }];
for (const [from, way, to] of [
  ["c", "right", "d"],
  ["e", "right", "f"],
  ["i", "right", "i"],
  ["f", "left", "e"],
  ["a", "left", "a"],
  ["b", "down", "e"],
  ["c", "down", "e"],
  ["d", "down", "f"],
  ["e", "down", "g"],
  ["h", "down", "i"],
  ["i", "down", "i"],
  ["h", "up", "e"],
  ["g", "up", "e"],
  ["f", "up", "d"],
  ["i", "up", "f"],
  ["b", "up", "b"],
  ["g", "home", "a"],
  ["b", "end", "i"],
  ["nowhere", "down", "a"],
]) {
  test(`from ${from} ${way} is ${to}`, () => {
    assert.equal(beside(GROUPS, 3, from, way), to);
  });
}
