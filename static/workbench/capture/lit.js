/* Where the picture is: a camera on an eyepiece sees a lit circle in the dark. */
const BRIGHT_PERCENT = 95;
const LIT_SHARE = 0.2;
const LINE_SHARE = 0.03;
/* A circle leaves at least this share of one side dark; less is the edge of a lens */
const WHOLE_FROM = 0.92;
const SMALLEST_SHARE = 0.2;

const span = (counts, from) => {
  const first = counts.findIndex((count) => count >= from);
  const last = counts.length - 1 - [...counts].reverse().findIndex((count) => count >= from);
  return first < 0 ? [0, counts.length] : [first, last + 1];
};

/** The part of a picture that light falls on, in shares of its sides: {left, top, width, height, isCircle}. */
export const litPart = ({ data, width, height }) => {
  const all = { left: 0, top: 0, width: 1, height: 1, isCircle: false };
  const levels = new Int32Array(256);
  for (let at = 1; at < data.length; at += 4) {
    levels[data[at]] += 1;
  }
  let bright = 255;
  for (let above = 0; bright > 0; bright -= 1) {
    above += levels[bright];
    if (above > (width * height * (100 - BRIGHT_PERCENT)) / 100) {
      break;
    }
  }
  const columns = new Array(width).fill(0);
  const rows = new Array(height).fill(0);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    if (data[pixel * 4 + 1] > bright * LIT_SHARE) {
      columns[pixel % width] += 1;
      rows[Math.floor(pixel / width)] += 1;
    }
  }
  const [left, right] = span(columns, height * LINE_SHARE);
  const [top, bottom] = span(rows, width * LINE_SHARE);
  const part = {
    left: left / width,
    top: top / height,
    width: (right - left) / width,
    height: (bottom - top) / height,
    isCircle: true,
  };
  const isWhole = part.width >= WHOLE_FROM && part.height >= WHOLE_FROM;
  return isWhole || part.width < SMALLEST_SHARE || part.height < SMALLEST_SHARE ? all : part;
};
