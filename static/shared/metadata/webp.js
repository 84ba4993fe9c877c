/* WebP: a RIFF container of chunks with a name and a length, each filled up to an even one. */
import { orientationOfXmp, readExif, says, writeExif } from "./exif.js";

const HEAD = 12;
const KEPT = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"]);
const SAYS_EXIF = 0x08;
const SAYS_XMP = 0x04;
const EXIF = "Exif\0\0";

export const isWebp = (bytes) => says(bytes, "RIFF") && says(bytes, "WEBP", 8);

const chunk = (name, body) => {
  const whole = new Uint8Array(8 + body.length + (body.length % 2));
  whole.set(new TextEncoder().encode(name));
  new DataView(whole.buffer).setUint32(4, body.length, true);
  whole.set(body, 8);
  return whole;
};

/** The parts of the WebP to keep, in order. What follows its last chunk is left out. */
export const cleanWebp = (bytes) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const last = 8 + view.getUint32(4, true);
  const parts = [];
  let said = {};
  let turned;
  let at = HEAD;
  while (at + 8 <= Math.min(last, bytes.length)) {
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    const size = view.getUint32(at + 4, true);
    const end = at + 8 + size + (size % 2);
    const body = bytes.subarray(at + 8, at + 8 + size);
    if (KEPT.has(name)) {
      parts.push(bytes.slice(at, end));
    } else if (name === "EXIF") {
      said = readExif(says(body, EXIF) ? body.subarray(EXIF.length) : body);
    } else if (name === "XMP ") {
      turned = orientationOfXmp(body);
    }
    at = end;
  }
  const exif = writeExif({ ...said, orientation: said.orientation ?? turned });
  const canvas = parts.find((part) => says(part, "VP8X"));
  if (canvas) {
    canvas[8] = (canvas[8] & ~(SAYS_EXIF | SAYS_XMP)) | (exif ? SAYS_EXIF : 0);
  }
  if (canvas && exif) {
    parts.push(chunk("EXIF", exif));
  }
  const rest = at < last ? [bytes.subarray(at)] : [];
  const head = bytes.slice(0, HEAD);
  const length = [...parts, ...rest].reduce((sum, part) => sum + part.length, HEAD - 8);
  /* A file that breaks off goes on saying how long it should have been */
  new DataView(head.buffer).setUint32(4, at > bytes.length ? length + at - bytes.length : length, true);
  return [head, ...parts, ...rest];
};
