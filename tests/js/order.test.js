import assert from "node:assert/strict";
import { test } from "node:test";

import { arrange } from "../../static/review/order.js";
import { cell, CLASSES } from "./cases.js";

const IMAGES = new Map([
  ["f1", { ordinal: 1 }],
  ["f2", { ordinal: 2 }],
]);
const arranged = (cells, wishes = {}) =>
  arrange(cells, { images: IMAGES, classes: CLASSES, sort: "doubt", show: "all", field: "", label: "", ...wishes }).map(
    ({ code, cells: members }) => [code, members.map(({ id }) => id)],
  );

test("groups follow the classes, unidentified first and excluded last", () => {
  const cells = [
    cell("c1", { excluded: true }),
    cell("c2", { label: "monocyte" }),
    cell("c3"),
    cell("c4", { label: "unidentified" }),
  ];
  assert.deepEqual(arranged(cells), [
    ["unidentified", ["c4"]],
    ["neutrophil", ["c3"]],
    ["monocyte", ["c2"]],
    ["excluded", ["c1"]],
  ]);
});

const FIVE = [
  cell("c1", { score: 0.9, novelty: 1, box: [0, 0, 10, 10] }),
  cell("c2", { score: 0.5, novelty: 3, box: [0, 0, 20, 20] }),
  cell("c3", { score: 0.9, novelty: 2, box: [0, 0, 30, 30], image: "f2" }),
  cell("c4", { score: null, novelty: 0, box: [0, 0, 15, 15] }),
];
for (const [sort, ids] of [
  ["doubt", ["c4", "c2", "c3", "c1"]],
  ["novelty", ["c2", "c3", "c1", "c4"]],
  ["sure", ["c1", "c3", "c2", "c4"]],
  ["place", ["c1", "c2", "c4", "c3"]],
  ["size", ["c3", "c2", "c4", "c1"]],
]) {
  test(`sorted by ${sort}, cells stand ${ids.join(" ")}`, () => {
    assert.deepEqual(arranged(FIVE, { sort }), [["neutrophil", ids]]);
  });
}

test("while the model's word is hidden, unreviewed cells form one group in the order of the fields", () => {
  const cells = [
    cell("c1", { label: "monocyte", score: 0.9 }),
    cell("c2", { score: 0.1 }),
    cell("c3", { label: "eosinophil", reviewed: true }),
  ];
  assert.deepEqual(arranged(cells, { hidden: true, sort: "doubt" }), [
    ["not_read", ["c1", "c2"]],
    ["eosinophil", ["c3"]],
  ]);
});

for (const [show, ids] of [
  ["all", ["c1", "c2", "c3", "c5"]],
  ["open", ["c1", "c4"]],
  ["flagged", ["c3"]],
  ["decided", ["c2", "c3", "c5"]],
  ["changed", ["c2"]],
  ["excluded", ["c5"]],
]) {
  test(`shown are ${show}: ${ids.join(" ")}`, () => {
    const cells = [
      cell("c1"),
      cell("c2", { reviewed: true, ai: { label: "monocyte" } }),
      cell("c3", { reviewed: true, flagged: true }),
      cell("c4", { removed: true }),
      cell("c5", { excluded: true, reviewed: true }),
    ];
    const found = arranged(cells, { show, sort: "place" }).flatMap(([, members]) => members);
    assert.deepEqual(found, ids);
  });
}

test("one field and one class can be shown alone", () => {
  const cells = [cell("c1"), cell("c2", { image: "f2" }), cell("c3", { image: "f2", label: "monocyte" })];
  assert.deepEqual(arranged(cells, { field: "f2", label: "monocyte" }), [["monocyte", ["c3"]]]);
});
