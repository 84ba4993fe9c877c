import assert from "node:assert/strict";
import { test } from "node:test";

import { createBurst } from "../../static/scan/hand_scanner.js";

/* What Enter ended, when these keys are pressed so many milliseconds apart */
const typed = (keys, gap, { from = 1000 } = {}) => {
  const burst = createBurst();
  return keys.map((key, at) => burst.press({ key, timeStamp: from + at * gap })).at(-1);
};

test("a scanner types a code and Enter faster than a hand", () => {
  assert.equal(typed([..."A-2026-14", "Enter"], 8), "A-2026-14");
});

test("capital letters come with their Shift", () => {
  assert.equal(typed(["Shift", "H", "Shift", "V", "-", "7", "Enter"], 10), "HV-7");
});

test("a hand is none, however steady", () => {
  assert.equal(typed([..."A-2026-14", "Enter"], 90), null);
});

test("what was typed before it is no part of the code", () => {
  const burst = createBurst();
  burst.press({ key: "x", timeStamp: 100 });
  [..."A-14"].forEach((key, at) => burst.press({ key, timeStamp: 900 + at * 5 }));
  assert.equal(burst.press({ key: "Enter", timeStamp: 925 }), "A-14");
});

test("Enter pressed by hand after fast letters ends no code", () => {
  const burst = createBurst();
  [..."A-14"].forEach((key, at) => burst.press({ key, timeStamp: 900 + at * 5 }));
  assert.equal(burst.press({ key: "Enter", timeStamp: 2000 }), null);
});

test("two keys at once, or one that is held down, are none", () => {
  assert.equal(typed(["j", "k", "Enter"], 5), null);
  const burst = createBurst();
  for (let at = 0; at < 20; at += 1) {
    burst.press({ key: "j", timeStamp: at * 30, repeat: at > 0 });
  }
  assert.equal(burst.press({ key: "Enter", timeStamp: 620 }), null);
  assert.equal(burst.isBurst(), false);
});
