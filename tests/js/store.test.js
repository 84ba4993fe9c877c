import assert from "node:assert/strict";
import { test } from "node:test";

import { cell, loaded } from "./cases.js";

const label = (cells, name) => ({ kind: "label", cells, label: name });

test("an action that is not saved yet is laid over what the server said", () => {
  const { store } = loaded([cell("c1"), cell("c2")]);
  store.pending.push(label(["c1"], "monocyte"));
  store.refresh(["c1"]);
  assert.equal(store.cell("c1").label, "monocyte");
  assert.equal(store.cell("c1").reviewed, true);
  assert.equal(store.cell("c1").unsaved, true);
  assert.equal(store.saved("c1").label, "neutrophil");
  assert.equal(store.cell("c2").unsaved, undefined);
});

test("an action that leaves the list takes itself back", () => {
  const { store } = loaded([cell("c1")]);
  store.pending.push(label(["c1"], "monocyte"));
  store.refresh(["c1"]);
  store.pending.length = 0;
  store.refresh(["c1"]);
  assert.equal(store.cell("c1").label, "neutrophil");
  assert.equal(store.cell("c1").reviewed, false);
});

test("an unsaved undo takes back the last unsaved action, and a redo brings it again", () => {
  const { store } = loaded([cell("c1")]);
  store.pending.push(label(["c1"], "monocyte"), label(["c1"], "eosinophil"), { kind: "undo", cells: [] });
  store.refresh(["c1"]);
  assert.equal(store.cell("c1").label, "monocyte");
  store.pending.push({ kind: "redo", cells: [] });
  store.refresh(["c1"]);
  assert.equal(store.cell("c1").label, "eosinophil");
});

test("a later revision from another window is not overwritten by an earlier answer", () => {
  const { store } = loaded([cell("c1", { revision: 5, label: "monocyte" })]);
  store.refresh(store.merge({ cells: [cell("c1", { revision: 4 })] }));
  assert.equal(store.cell("c1").label, "monocyte");
});

test("a cell that is gone on the server leaves the store and the selection", () => {
  const { store } = loaded([cell("c1"), cell("c2"), cell("c3")]);
  store.go("c2");
  store.refresh(store.merge({ gone: ["c2"] }));
  assert.equal(store.cell("c2"), undefined);
  assert.equal(store.at(), "c3");
  assert.deepEqual([...store.chosen()], ["c3"]);
});

test("what is left to do counts what is not saved yet, and leaves removed cells out", () => {
  const { store } = loaded([cell("c1"), cell("c2", { label: "unidentified" }), cell("c3", { removed: true })]);
  assert.deepEqual(store.todo(), { total: 2, unreviewed: 2, unidentified: 1, flagged: 0 });
  store.pending.push({ kind: "exclude", cells: ["c2"], reason_code: "artefact" });
  store.refresh(["c2"]);
  assert.deepEqual(store.todo(), { total: 2, unreviewed: 1, unidentified: 0, flagged: 0 });
});

test("listeners hear which cells changed, all of them after a reload, and of a move", () => {
  const { store, told } = loaded([cell("c1"), cell("c2")]);
  store.refresh(["c1"]);
  store.go("c2", { closeUp: true });
  store.setView({ ai: "hidden" });
  assert.deepEqual(told, [{ cells: ["c1"] }, { moved: true, closeUp: true }, { cells: null }]);
});

test("nothing is told before the case was loaded", async () => {
  const { createStore } = await import("../../static/review/store.js");
  const store = createStore({ classes: [] });
  store.listen(() => assert.fail("told of a change"));
  store.setView({ show: "open" });
  store.merge({ lease: { mine: true } });
  assert.equal(store.state.lease.mine, true);
});

test("the next cell to review is found round the end, past those decided on and those the model has not analysed", () => {
  const { store } = loaded([cell("c1"), cell("c2", { reviewed: true }), cell("c3", { pending: true }), cell("c4")]);
  assert.equal(store.nextOpen("c1"), "c4");
  assert.equal(store.nextOpen("c4"), "c1");
  assert.equal(store.nextOpen("c1", -1), "c4");
  assert.equal(store.nextOpen("c4", 1, new Set(["c1"])), "c4");
  assert.equal(store.nextOpen("c4", 1, new Set(["c1", "c4"])), "");
});

test("an answer about a filtered cell shows all cells and lands on it", () => {
  const { store } = loaded([cell("c1"), cell("c2", { reviewed: true })]);
  store.setView({ show: "open" });
  assert.equal(store.has("c2"), false);
  store.landOn(["c2"]);
  assert.equal(store.view.show, "all");
  assert.equal(store.at(), "c2");
});

test("a blinded laboratory hides what the model says whatever the reviewer wishes", () => {
  const { store } = loaded([cell("c1", { label: "" })], { blind: true, wishes: { ai: "shown" } });
  assert.equal(store.hidden(), true);
  assert.deepEqual(
    store.groups().map((group) => group.code),
    ["not_read"],
  );
});
