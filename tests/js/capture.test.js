import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";

import { createCoach } from "../../static/workbench/capture/coach.js";
import { litPart } from "../../static/workbench/capture/lit.js";
import {
  chromatinOf,
  edgeWidth,
  glassOf,
  hashDistance,
  hashOf,
  lightOf,
  measure,
} from "../../static/workbench/capture/measures.js";
import { shrinkFor } from "../../static/workbench/capture/picture.js";
import { shrunk } from "../../static/workbench/capture/pixels.js";

const FOLDER = new URL("../fixtures/coach_frames/", import.meta.url);
const { width, height, limits, um_per_px: umPerPx, frames } = JSON.parse(readFileSync(new URL("frames.json", FOLDER)));

const pictureOf = (levels) => {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    data.set(levels.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
  }
  return { data, width, height };
};
const kept = (name) => gunzipSync(readFileSync(new URL(`${name}.rgb.gz`, FOLDER)));
const sharp = kept("sharp");
const pictures = {
  sharp: pictureOf(sharp),
  blurred: pictureOf(kept("blurred")),
  dark: pictureOf(sharp.map((level) => Math.floor(level * 0.4))),
  burnt: pictureOf(sharp.map((level) => Math.min(255, Math.floor(level * 1.6)))),
};
const near = (found, expected, share) =>
  assert.ok(Math.abs(found - expected) <= share * expected, `${found}, ${expected}`);

for (const [name, picture] of Object.entries(pictures)) {
  test(`a ${name} frame is measured and judged as by the worker`, () => {
    const said = frames[name];
    const small = shrunk(picture, limits.small_px);
    const glass = glassOf(small, limits);
    near(edgeWidth(picture, umPerPx, limits.focus), said.edge_width, 0.02);
    near(lightOf(small, glass, limits).level, said.level, 0.02);
    near(chromatinOf(small, glass, limits).strength, said.strength, 0.05);
    const found = measure({ tile: picture, whole: picture }, { umPerPx, limits });
    for (const reading of ["focus", "exposure", "stain"]) {
      const { verdict, sentence } = found[reading];
      assert.deepEqual([verdict, sentence], [said.verdicts[reading], said.sentences[reading]], reading);
    }
  });
}

test("one field has one hash in any light, and another field another", () => {
  const hash = hashOf(pictures.sharp);
  assert.ok(hashDistance(hash, hashOf(pictures.dark)) <= 6);
  const mirrored = pictureOf(sharp.toReversed());
  assert.ok(hashDistance(hash, hashOf(mirrored)) > 6);
});

const GOOD = { verdict: "good", sentence: "" };
const measured = (changes = {}) => ({
  focus: GOOD,
  exposure: GOOD,
  stain: GOOD,
  hash: new Array(64).fill(false),
  grey: new Uint8Array(100).fill(100),
  ...changes,
});
const known = { umPerPx: 0.1, fields: [] };

test("the picture is taken after five good frames in a row, and one that moves begins anew", () => {
  const coach = createCoach();
  const times = (count) => Array.from({ length: count }, () => coach.see(measured(), known).isTime);
  /* The first has nothing to be still against */
  assert.deepEqual(times(6), [false, false, false, false, false, true]);
  const moved = coach.see(measured({ grey: new Uint8Array(100).fill(120) }), known);
  assert.deepEqual([moved.isTime, moved.said.word], [false, "moving"]);
  assert.equal(coach.see(measured({ grey: new Uint8Array(100).fill(120) }), known).isTime, false);
});

test("a field that was taken is not taken again, whatever else is wrong", () => {
  const coach = createCoach();
  const focus = { verdict: "poor", sentence: "Out of focus." };
  const seen = coach.see(measured({ focus }), { umPerPx: 0.1, fields: [new Array(64).fill(false)] });
  assert.deepEqual([seen.said.word, seen.isGood], ["sameField", false]);
});

test("the one sentence is of the worst reading, light before focus", () => {
  const poor = (sentence) => ({ verdict: "poor", sentence });
  const said = (changes) => createCoach().see(measured(changes), known).said.sentence;
  const stain = { verdict: "acceptable", sentence: "pale" };
  assert.equal(said({ focus: poor("blurred"), exposure: poor("dark"), stain }), "dark");
  assert.equal(said({ focus: poor("blurred"), stain }), "blurred");
  assert.equal(said({ stain }), "pale");
});

test("an unknown scale is said and hinders nothing, a coarse one is said", () => {
  const scale = (umPerPixel) => createCoach().see(measured(), { umPerPx: umPerPixel, fields: [] }).readings.scale;
  assert.deepEqual(scale(null), { verdict: "", word: "scaleUnknown" });
  assert.deepEqual(scale(0.3), { verdict: "acceptable", word: "scaleCoarse" });
  assert.deepEqual(scale(0.1), { verdict: "good" });
});

test("a still is made smaller to 2,560 px, but never coarser than 0.15 um a pixel", () => {
  assert.equal(shrinkFor(1920, 1080, 0.1), 1);
  assert.equal(shrinkFor(5120, 3840, 0.05), 0.5);
  assert.ok(Math.abs(0.1 / shrinkFor(5120, 3840, 0.1) - 0.15) < 1e-9);
});

test("a lit circle in the dark is found, and a whole picture is left whole", () => {
  const side = 200;
  const data = new Uint8ClampedArray(side * side * 4);
  for (let pixel = 0; pixel < side * side; pixel += 1) {
    const isLit = Math.hypot((pixel % side) - 120, Math.floor(pixel / side) - 100) < 60;
    data.fill(isLit ? 200 : 5, pixel * 4, pixel * 4 + 3);
  }
  const found = litPart({ data, width: side, height: side });
  near(found.left, 0.3, 0.05);
  near(found.width, 0.6, 0.05);
  assert.equal(found.isCircle, true);
  assert.equal(litPart(pictures.sharp).isCircle, false);
});
