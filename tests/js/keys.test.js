import assert from "node:assert/strict";
import { test } from "node:test";

import { COMMANDS } from "../../static/review/command_list.js";
import { meaningOf } from "../../static/review/keyboard.js";
import { createKeyMap, keyOf, nameKey } from "../../static/shared/keys.js";

const press = (key, more = {}) => ({
  key,
  code: "",
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});

for (const [event, name] of [
  [press("n"), "n"],
  [press("N", { shiftKey: true }), "Shift+n"],
  [press(" ", { shiftKey: true }), "Shift+ "],
  [press("z", { ctrlKey: true }), "Ctrl+z"],
  [press("z", { metaKey: true }), "Ctrl+z"],
  [press("Z", { ctrlKey: true, shiftKey: true }), "Ctrl+Shift+z"],
  [press("?", { shiftKey: true }), "?"],
  [press("Delete"), "Delete"],
]) {
  test(`a pressed key is named ${JSON.stringify(name)}`, () => {
    assert.equal(keyOf(event), name);
  });
}

test("keys are written for people", () => {
  assert.deepEqual(["Shift+ ", "Ctrl+Shift+z", "+", "Delete", "ArrowLeft"].map(nameKey), [
    "Shift + Space",
    "Ctrl + Shift + Z",
    "+",
    "Del",
    "←",
  ]);
});

const MAP = createKeyMap({ "label.neutrophil": ["1", "n"], flag: ["f"], help: ["h", "?"], none: [] });

test("a key calls its command, and a command knows its first key", () => {
  assert.equal(MAP.commandOf(press("n")), "label.neutrophil");
  assert.equal(MAP.commandOf(press("g")), undefined);
  assert.equal(MAP.first("label.neutrophil"), "1");
  assert.equal(MAP.first("none"), "");
  assert.equal(MAP.ownerOf("?"), "help");
});

test("where digits need Shift, the key itself is the digit, and Shift is not", () => {
  assert.equal(MAP.commandOf(press("&", { code: "Digit1" })), "label.neutrophil");
  assert.equal(MAP.commandOf(press("1", { code: "Digit1", shiftKey: true })), "label.neutrophil");
  assert.equal(MAP.commandOf(press("!", { code: "Digit1", shiftKey: true })), undefined);
});

const meaning = (event, where = {}) =>
  meaningOf(event, { control: false, inField: false, commandOf: MAP.commandOf, ...where });

test("arrows move among the cells, but move the field or a border that has the focus", () => {
  assert.deepEqual(meaning(press("ArrowDown")), { move: "down" });
  assert.deepEqual(meaning(press("PageUp")), { page: "up" });
  assert.equal(meaning(press("ArrowDown"), { inField: true }), null);
  assert.equal(meaning(press("ArrowDown"), { control: true }), null);
});

test("a button with the focus is pressed by Space and Enter, and other keys stay commands", () => {
  assert.equal(meaning(press(" "), { control: true }), null);
  assert.equal(meaning(press("Enter"), { control: true }), null);
  assert.deepEqual(meaning(press("f"), { control: true }), { command: "flag" });
});

test("Escape means leaving, wherever the focus is", () => {
  assert.deepEqual(meaning(press("Escape"), { control: true }), { escape: true });
  assert.deepEqual(meaning(press("Escape"), { inField: true }), { escape: true });
});

test("a key without a meaning is left to the browser", () => {
  assert.equal(meaning(press("F5")), null);
});

test("every command is listed once, with words", () => {
  const named = COMMANDS.filter((each) => each.id);
  assert.equal(new Set(named.map((each) => each.id)).size, named.length);
  assert.ok(named.every((each) => each.says));
});
