/* JPEG: segments with a marker and a length, and between them the coded pixels. */
import { orientationOfXmp, readExif, says, writeExif } from "./exif.js";

const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
const TEM = 0x01;
const FIRST_RESTART = 0xd0;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const APP15 = 0xef;
const COMMENT = 0xfe;
const EXIF = "Exif\0\0";
const XMP = "http://ns.adobe.com/xap/1.0/\0";
const SMALLEST_JFIF = 16;

export const isJpeg = (bytes) => bytes[0] === 0xff && bytes[1] === START && bytes[2] === 0xff;

/* Inside a scan a 0xFF of the data is followed by 0x00 or a restart marker */
const endOfScan = (bytes, from) => {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && at + 1 < bytes.length) {
    const next = bytes[at + 1];
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) {
      return at;
    }
    at = bytes.indexOf(0xff, at + 1);
  }
  return bytes.length;
};

/* What decoding takes: density, colour profile, colour transform. Other segments of applications (EXIF, XMP, IPTC,
   previews, makers' own) go, those that nobody knows yet too. */
const isKept = (marker, body) => {
  if (marker === COMMENT) {
    return false;
  }
  if (marker < APP0 || marker > APP15) {
    return true;
  }
  return (
    (marker === APP0 && says(body, "JFIF\0")) ||
    (marker === APP2 && says(body, "ICC_PROFILE\0")) ||
    (marker === APP14 && says(body, "Adobe"))
  );
};

const segment = (marker, body) =>
  new Uint8Array([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 0xff, ...body]);

/* A JFIF header may hold a small picture of its own */
const withoutPreview = (whole, body) =>
  whole.length > 2 + SMALLEST_JFIF ? segment(APP0, [...body.subarray(0, 12), 0, 0]) : whole;

const minimalExif = (said) => {
  const exif = writeExif({ ...said, orientation: said.orientation ?? said.orientationOfXmp });
  return exif ? segment(APP1, [...new TextEncoder().encode(EXIF), ...exif]) : new Uint8Array();
};

const note = (said, body) => {
  if (says(body, EXIF)) {
    said.exif.push(body.subarray(EXIF.length));
  } else if (says(body, XMP)) {
    said.orientationOfXmp ??= orientationOfXmp(body);
  }
};

const joinedExif = (pieces) => readExif(new Uint8Array(pieces.flatMap((piece) => [...piece])));

/** The parts of the JPEG to keep, in order. What follows its end (further pictures, films, makers' data) is left out. */
export const cleanJpeg = (bytes) => {
  const parts = [bytes.subarray(0, 2)];
  const said = { exif: [], orientationOfXmp: undefined };
  let placeOfExif = 0;
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      /* Any number of them may stand before a marker */
      at += 1;
    } else if (marker === TEM || (marker >= FIRST_RESTART && marker <= START)) {
      parts.push(bytes.subarray(at, at + 2));
      at += 2;
    } else if (marker === END) {
      break;
    } else {
      const end = at + 2 + Math.max((bytes[at + 2] << 8) | bytes[at + 3], 2);
      const body = bytes.subarray(at + 4, end);
      if (isKept(marker, body)) {
        const whole = bytes.subarray(at, end);
        parts.push(marker === APP0 ? withoutPreview(whole, body) : whole);
      } else if (marker === APP1) {
        placeOfExif ||= parts.length;
        note(said, body);
      }
      at = end;
      if (marker === SCAN) {
        const over = endOfScan(bytes, end);
        parts.push(bytes.subarray(end, over));
        at = over;
      }
    }
  }
  const isWhole = bytes[at] === 0xff && bytes[at + 1] === END;
  parts.push(bytes.subarray(at, isWhole ? at + 2 : bytes.length));
  if (placeOfExif) {
    parts.splice(placeOfExif, 0, minimalExif({ ...joinedExif(said.exif), orientationOfXmp: said.orientationOfXmp }));
  }
  return parts;
};
