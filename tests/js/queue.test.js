import assert from "node:assert/strict";
import { test } from "node:test";

import { createQueue } from "../../static/review/queue.js";
import { cell, loaded } from "./cases.js";

/* A queue over a case of three cells whose server answers what the test says, in order. Nothing waits: `later()` makes
   the pause that was asked for end, `settled()` lets everything that can happen now happen. */
const queueWith = (answers, { kept = [] } = {}) => {
  const { store } = loaded([cell("c1"), cell("c2"), cell("c3", { revision: 7 })]);
  const asked = [];
  const heard = [];
  const pauses = [];
  const shelf = { kept, read: () => shelf.kept, write: (list) => (shelf.kept = JSON.parse(JSON.stringify(list))) };
  const server = {
    async send(path, method, body) {
      asked.push({ path, method, body });
      return answers.shift() ?? { ok: true, status: 200, body: {} };
    },
  };
  const hear =
    (name) =>
    (...what) =>
      heard.push([name, ...what]);
  let ids = 0;
  const queue = createQueue(store, server, {
    shelf,
    after: (then, seconds) => {
      const pause = { then, seconds, off: false };
      pauses.push(pause);
      return () => {
        pause.off = true;
      };
    },
    newId: () => `id-${(ids += 1)}`,
    onSaved: hear("saved"),
    onRefused: hear("refused"),
    onLost: hear("lost"),
    onStale: hear("stale"),
    onChange: hear("change"),
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const later = async () => {
    pauses.at(-1).then();
    await settled();
  };
  return { store, queue, asked, heard, pauses, shelf, settled, later, names: () => heard.map(([name]) => name) };
};
const OFFLINE = { trouble: "offline" };
const label = (id, name = "monocyte") => ({ kind: "label", cells: [id], label: name });

test("an action is sent at once with the revision of its cells and whether they were displayed", async () => {
  const { queue, asked, settled } = queueWith([]);
  queue.push({ ...label("c3"), displayed: ["c3"] });
  await settled();
  assert.deepEqual(asked, [
    {
      path: "actions/",
      method: "POST",
      body: {
        action_id: "id-1",
        kind: "label",
        cells: [{ id: "c3", revision: 7, displayed: true }],
        label: "monocyte",
      },
    },
  ]);
  assert.deepEqual(queue.status(), { unsaved: 0, halted: "" });
});

test("actions are saved one after the other, in the order they were made", async () => {
  const { queue, asked, settled } = queueWith([]);
  queue.push(label("c1"));
  queue.push(label("c2"));
  queue.push({ kind: "undo" });
  assert.equal(asked.length, 1);
  await settled();
  assert.deepEqual(
    asked.map(({ body }) => body.action_id),
    ["id-1", "id-2", "id-3"],
  );
});

test("without a connection the action stays, and is sent again with the same id after longer and longer pauses", async () => {
  const { queue, asked, pauses, settled, later } = queueWith(Array(6).fill(OFFLINE));
  queue.push(label("c1"));
  await settled();
  assert.deepEqual(queue.status(), { unsaved: 1, halted: "offline" });
  for (let turn = 0; turn < 6; turn += 1) {
    await later();
  }
  assert.deepEqual(
    pauses.map(({ seconds }) => seconds),
    [1, 2, 4, 8, 15, 15],
  );
  assert.deepEqual([...new Set(asked.map(({ body }) => body.action_id))], ["id-1"]);
  assert.deepEqual(queue.status(), { unsaved: 0, halted: "" });
});

test("the line that comes back ends the pause", async () => {
  const { queue, pauses, settled } = queueWith([OFFLINE]);
  queue.push(label("c1"));
  await settled();
  queue.online();
  await settled();
  assert.equal(pauses[0].off, true);
  assert.equal(queue.status().unsaved, 0);
});

test("who was signed out is not asked again until they say so", async () => {
  const { queue, pauses, settled } = queueWith([{ trouble: "signed_out" }]);
  queue.push(label("c1"));
  await settled();
  queue.online();
  await settled();
  assert.equal(pauses.length, 0);
  assert.deepEqual(queue.status(), { unsaved: 1, halted: "signed_out" });
  queue.resume();
  await settled();
  assert.equal(queue.status().unsaved, 0);
});

test("a refused action leaves the list and takes itself back", async () => {
  const refusal = { ok: false, status: 422, body: { detail: "No." } };
  const { store, queue, names, settled } = queueWith([refusal]);
  queue.push(label("c1"));
  assert.equal(store.cell("c1").label, "monocyte");
  await settled();
  assert.equal(store.cell("c1").label, "neutrophil");
  assert.ok(names().includes("refused"));
});

test("an action that came too late shows the cells as they are now", async () => {
  const now = cell("c1", { revision: 2, label: "eosinophil" });
  const { store, queue, names, settled } = queueWith([
    { ok: false, status: 409, body: { code: "stale", cells: [now] } },
  ]);
  queue.push(label("c1"));
  await settled();
  assert.equal(store.cell("c1").label, "eosinophil");
  assert.ok(names().includes("stale"));
  assert.equal(queue.status().unsaved, 0);
});

test("an action on a case that was lost stays on the list until the person decides", async () => {
  const lost = { ok: false, status: 409, body: { code: "lease_lost", holder: "Marta" } };
  const { store, queue, shelf, names, settled } = queueWith([lost]);
  queue.push(label("c1"));
  await settled();
  assert.ok(names().includes("lost"));
  assert.deepEqual(queue.status(), { unsaved: 1, halted: "lease_lost" });
  assert.equal(shelf.kept.length, 1);
  queue.discard();
  assert.equal(store.cell("c1").label, "neutrophil");
  assert.deepEqual(shelf.kept, []);
});

test("what is kept over a reload holds no word that was typed", async () => {
  const { queue, shelf, settled } = queueWith([OFFLINE]);
  queue.push(label("c1"));
  queue.push({ kind: "exclude", cells: ["c2"], reason_code: "other", reason: "Overlaps Mrs Novak's label" });
  await settled();
  assert.equal(queue.status().unsaved, 2);
  assert.deepEqual(shelf.kept, [{ action_id: "id-1", kind: "label", cells: ["c1"], label: "monocyte" }]);
});

test("the next page sends what was kept, once, and leaves out actions on cells that are gone", async () => {
  const kept = [
    { action_id: "old-1", ...label("c1") },
    { action_id: "old-2", ...label("gone") },
  ];
  const { queue, asked, settled } = queueWith([], { kept });
  queue.restore();
  queue.restore();
  await settled();
  assert.deepEqual(
    asked.map(({ body }) => body.action_id),
    ["old-1"],
  );
});

test("a cell drawn by hand is sent with its field and its box", async () => {
  const { queue, asked, settled } = queueWith([]);
  queue.push({ kind: "add", image: "f1", box: [1, 2, 30, 40] });
  await settled();
  assert.equal(asked[0].path, "cells/");
  assert.deepEqual(asked[0].body, { action_id: "id-1", image: "f1", box: [1, 2, 30, 40] });
});
