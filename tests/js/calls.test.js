import assert from "node:assert/strict";
import { test } from "node:test";

import { createCalls } from "../../static/education/calls.js";

const cells = (...labels) => labels.map((label, index) => ({ position: index + 1, label, turns: label ? 1 : 0 }));

test("cells are called in order, and counted", () => {
  const calls = createCalls(cells("monocyte", "", ""));
  assert.deepEqual(calls.call("monocyte", 900), { position: 2, turn: 0, label: "monocyte", ms: 900 });
  calls.call("basophil", 800);
  assert.equal(calls.at(), 3);
  assert.deepEqual(calls.counts(), { monocyte: 2, basophil: 1 });
});

test("an undo takes the last call back, until none is left", () => {
  const calls = createCalls(cells("monocyte", ""));
  calls.call("basophil", 800);
  assert.deepEqual(calls.undo(), { position: 2, turn: 1, label: "", ms: 0 });
  assert.deepEqual(calls.undo(), { position: 1, turn: 1, label: "", ms: 0 });
  assert.equal(calls.undo(), null);
});

test("what was not kept before a reload is called again, what was kept is not", () => {
  const before = createCalls(cells("", "", ""));
  const [first] = [before.call("monocyte", 1), before.call("basophil", 2), before.undo(), before.call("platelet", 3)];
  const after = createCalls(cells(first.label, "", ""), before.waiting());
  assert.deepEqual(
    after.waiting().map(({ position, turn, label }) => [position, turn, label]),
    [
      [2, 0, "basophil"],
      [2, 1, ""],
      [2, 2, "platelet"],
    ],
  );
  assert.deepEqual(after.counts(), { monocyte: 1, platelet: 1 });
});

test("what the server kept waits no longer", () => {
  const calls = createCalls(cells("", ""));
  const first = calls.call("monocyte", 1);
  const second = calls.call("basophil", 2);
  assert.deepEqual(calls.saved([first]), [second]);
});
