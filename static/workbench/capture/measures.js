/* What is measured on a live picture: a port of classifier/inference/quality.py and colour.py, which judge the file later.
   tests/js/capture.test.js and tests/browser/test_coach_parity.py hold both to the same values and verdicts. */
import {
  averaged,
  blurred,
  greyOf,
  middleOf,
  percentile,
  quantileOfLevels,
  shrunk,
  slopeAt,
  slopes,
} from "./pixels.js";

const GOOD = "good";
const ACCEPTABLE = "acceptable";
const POOR = "poor";
const HASH = { columns: 9, rows: 8 };

/** Blur of the strongest edges as a standard deviation, um; null where there are none. */
export const edgeWidth = (picture, umPerPx, limits) => {
  const tile = middleOf(picture, limits.tile_px);
  const levels = Float32Array.from({ length: 256 }, (_, level) => Math.log(Math.max(level, limits.darkest)));
  const plane = Float32Array.from(greyOf(tile), (level) => levels[level]);
  const finePx = Math.max(1, limits.scale_um / umPerPx);
  const { width, height } = tile;
  const fine = blurred(plane, width, height, finePx);
  const coarse = slopes(blurred(plane, width, height, 2 * finePx), width, height);
  const from = percentile(coarse, limits.edge_percent);
  let [fineSum, coarseSum, edges] = [0, 0, 0];
  for (let at = 0; at < coarse.length; at += 1) {
    if (coarse[at] >= from) {
      fineSum += slopeAt(fine, width, height, at % width, Math.floor(at / width));
      coarseSum += coarse[at];
      edges += 1;
    }
  }
  if (coarseSum / edges < limits.flat) {
    return null;
  }
  const ratio = Math.min(1.999, Math.max(1.001, fineSum / coarseSum));
  return finePx * Math.sqrt((4 - ratio ** 2) / (ratio ** 2 - 1)) * umPerPx;
};

const isFill = (data, at, level) => Math.max(data[at], data[at + 1], data[at + 2]) < level;

/** The colour of empty glass: the median of the brightest third in green. */
export const glassOf = ({ data }, limits) => {
  const green = new Int32Array(256);
  let seen = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (!isFill(data, at, limits.fill_level)) {
      green[data[at + 1]] += 1;
      seen += 1;
    }
  }
  if (seen < limits.fewest_pixels) {
    return [255, 255, 255];
  }
  const dimmest = Math.ceil(quantileOfLevels(green, limits.brightest_from));
  const counts = [new Int32Array(256), new Int32Array(256), new Int32Array(256)];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 1] >= dimmest && (dimmest >= limits.fill_level || !isFill(data, at, limits.fill_level))) {
      counts[0][data[at]] += 1;
      counts[1][data[at + 1]] += 1;
      counts[2][data[at + 2]] += 1;
    }
  }
  return counts.map((channel) => Math.max(1, quantileOfLevels(channel, 0.5)));
};

const rounded = (value, digits) => Math.round(value * 10 ** digits) / 10 ** digits;
const meanOf = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;

/** The level of empty glass and the share of pixels burnt out, of a small copy. */
export const lightOf = ({ data }, glass, limits) => {
  const pixels = data.length / 4;
  let [fill, burnt, sum] = [0, 0, 0];
  for (let at = 0; at < data.length; at += 4) {
    fill += isFill(data, at, limits.fill_level) ? 1 : 0;
    burnt += data[at + 1] >= limits.exposure.burnt_level ? 1 : 0;
    sum += data[at] + data[at + 1] + data[at + 2];
  }
  const level = fill / pixels > limits.exposure.all_black ? sum / pixels / 3 : meanOf(glass);
  return { level: rounded(level, 1), burnt: burnt / pixels };
};

const medianOf = (values) => percentile(values, 50);

/** The strength of the darkest chromatin, and its red over its green density; of a small copy. */
export const chromatinOf = ({ data, width, height }, glass, limits) => {
  const density = glass.map((level, channel) => {
    const table = Float32Array.from({ length: 256 }, (_, each) => -Math.log(Math.max(each, 1) / level));
    const plane = new Float32Array(width * height);
    for (let at = 0, pixel = 0; at < data.length; at += 4, pixel += 1) {
      plane[pixel] = isFill(data, at, limits.fill_level) ? 0 : table[data[at + channel]];
    }
    return plane;
  });
  const purpleness = density[0].map((red, pixel) => red + density[1][pixel] - 2 * density[2][pixel]);
  /* Blurring is linear: one plane says what three would */
  const purple = blurred(purpleness, width, height, limits.stain.smooth_px);
  const strength = rounded(percentile(purple, limits.stain.percent), 3);
  const from = Math.max(limits.stain.faint, limits.stain.chromatin_share * strength);
  const [red, green] = [0, 1].map((channel) => density[channel].filter((_, pixel) => purple[pixel] >= from));
  const hue = red.length ? medianOf(red) / Math.max(1e-3, medianOf(green)) : 0.5;
  return { strength, hue };
};

const said = (verdict, sentence) => ({ verdict, sentence });

/** What the server says of an edge width. */
export const judgeFocus = (width, { sharp_um: sharp, soft_um: soft, sentences }) => {
  if (width === null) {
    return said(POOR, sentences.none);
  }
  const value = rounded(width, 3);
  if (value <= sharp) {
    return said(GOOD, sentences.sharp);
  }
  return value <= soft ? said(ACCEPTABLE, sentences.soft) : said(POOR, sentences.blurred);
};

/** What the server says of the light. */
export const judgeLight = ({ level, burnt }, limits) => {
  const { sentences } = limits;
  if (burnt > limits.burnt_out) {
    return said(POOR, sentences.burnt_out);
  }
  if (level < limits.dim) {
    return said(POOR, sentences.dark);
  }
  if (burnt > limits.burnt) {
    return said(ACCEPTABLE, sentences.burnt);
  }
  return level < limits.bright ? said(ACCEPTABLE, sentences.dim) : said(GOOD, sentences.good);
};

/** What the server says of the stain where it found no nucleus (`strength` too faint for one), or some. */
export const judgeStain = ({ strength, hue }, limits) => {
  const { sentences } = limits;
  if (strength < limits.faint) {
    return said(ACCEPTABLE, sentences.no_nucleus);
  }
  if (strength < limits.well) {
    return said(ACCEPTABLE, sentences.pale);
  }
  if (hue < limits.too_red) {
    return said(ACCEPTABLE, sentences.red);
  }
  return hue > limits.too_blue ? said(ACCEPTABLE, sentences.blue) : said(GOOD, sentences.good);
};

/** 64 bits that are the same for the same field: whether each of 8 x 8 places is darker than the one to its right. */
export const hashOf = (picture) => {
  const grey = greyOf(averaged(picture, HASH.columns, HASH.rows));
  const bits = [];
  for (let y = 0; y < HASH.rows; y += 1) {
    for (let x = 0; x + 1 < HASH.columns; x += 1) {
      bits.push(grey[y * HASH.columns + x] < grey[y * HASH.columns + x + 1]);
    }
  }
  return bits;
};

/** In how many bits two hashes differ. */
export const hashDistance = (one, other) => one.filter((bit, at) => bit !== other[at]).length;

/** How many levels two grey copies of the same size differ by on average; null where there is nothing to compare. */
export const movementBetween = (one, other) => {
  if (!one || !other || one.length !== other.length) {
    return null;
  }
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) {
    sum += Math.abs(one[at] - other[at]);
  }
  return sum / one.length;
};

/** Everything about one frame: `tile` its middle at full size, `whole` all of it. */
export const measure = ({ tile, whole }, { umPerPx, limits }) => {
  const small = shrunk(whole, limits.small_px);
  const glass = glassOf(small, limits);
  return {
    focus: judgeFocus(edgeWidth(tile, umPerPx, limits.focus), limits.focus),
    exposure: judgeLight(lightOf(small, glass, limits), limits.exposure),
    stain: judgeStain(chromatinOf(small, glass, limits), limits.stain),
    hash: hashOf(small),
    grey: greyOf(small),
  };
};
