/* De-identify a picture before it is sent: place, times, owner, serial numbers, comments, previews and all else that a
   file says beside its pixels stay in the browser. Bytes are left out, never coded anew, so the pixels stay as they are.
   What is kept: make and model, by which the microscope is known again, how the picture lies, its colour profile. */
import { cleanJpeg, isJpeg } from "./metadata/jpeg.js";
import { cleanPng, isPng } from "./metadata/png.js";
import { cleanWebp, isWebp } from "./metadata/webp.js";

const FORMATS = [
  [isJpeg, cleanJpeg],
  [isPng, cleanPng],
  [isWebp, cleanWebp],
];
const LONGEST_SIGNATURE = 16;

const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

const joined = (parts) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
};

/** `bytes` of a picture without what it says beside its pixels; null for a format that is left as it is. A file that
    breaks off keeps the rest as it came, and the server says what is wrong with it. */
export const cleaned = (bytes) => {
  const format = FORMATS.find(([isOne]) => isOne(bytes));
  return format ? joined(format[1](bytes)) : null;
};

const isSame = (one, other) => one.length === other.length && one.every((value, at) => value === other[at]);

/** The file to send in place of `file`. `leftOut` says that something stayed behind; `asItIs` that its format is one
    that is not cleaned here (TIFF, and what is no picture). The same file always becomes the same bytes. */
export const withoutMetadata = async (file) => {
  const start = await bytesOf(file.slice(0, LONGEST_SIGNATURE));
  if (!FORMATS.some(([isOne]) => isOne(start))) {
    return { file, leftOut: false, asItIs: true };
  }
  const bytes = await bytesOf(file);
  const kept = cleaned(bytes);
  if (isSame(kept, bytes)) {
    return { file, leftOut: false, asItIs: false };
  }
  const { name, type, lastModified } = file;
  return { file: new File([kept], name, { type, lastModified }), leftOut: true, asItIs: false };
};
