/* PNG: chunks with a length, a name and a checksum. */
import { orientationOfXmp, readExif, says, writeExif } from "./exif.js";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const BESIDE_THE_BODY = 12;
/* What decoding takes. Texts, times, EXIF and what applications add of their own are not in it. */
const KEPT = new Set(
  "IHDR,PLTE,IDAT,IEND,tRNS,cHRM,gAMA,iCCP,sBIT,sRGB,cICP,mDCV,cLLI,bKGD,hIST,pHYs,sPLT,acTL,fcTL,fdAT".split(","),
);
const XMP = "XML:com.adobe.xmp\0";

export const isPng = (bytes) => SIGNATURE.every((value, at) => bytes[at] === value);

const TABLE = Uint32Array.from({ length: 256 }, (_, value) => {
  let rest = value;
  for (let bit = 0; bit < 8; bit += 1) {
    rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  }
  return rest;
});

const checksum = (bytes) => ~bytes.reduce((sum, value) => (sum >>> 8) ^ TABLE[(sum ^ value) & 0xff], 0xffffffff);

const chunk = (name, body) => {
  const whole = new Uint8Array(body.length + BESIDE_THE_BODY);
  const view = new DataView(whole.buffer);
  view.setUint32(0, body.length);
  whole.set(new TextEncoder().encode(name), 4);
  whole.set(body, 8);
  view.setUint32(8 + body.length, checksum(whole.subarray(4, 8 + body.length)));
  return whole;
};

/** The parts of the PNG to keep, in order. What follows its end chunk is left out. */
export const cleanPng = (bytes) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [bytes.subarray(0, SIGNATURE.length)];
  let said = {};
  let turned;
  let at = SIGNATURE.length;
  let isWhole = false;
  while (!isWhole && at + BESIDE_THE_BODY <= bytes.length) {
    const end = at + view.getUint32(at) + BESIDE_THE_BODY;
    if (end > bytes.length) {
      break;
    }
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const body = bytes.subarray(at + 8, end - 4);
    isWhole = name === "IEND";
    if (KEPT.has(name)) {
      parts.push(bytes.subarray(at, end));
    } else if (name === "eXIf") {
      said = readExif(body);
    } else if (name === "iTXt" && says(body, XMP)) {
      turned = orientationOfXmp(body);
    }
    at = end;
  }
  const exif = writeExif({ ...said, orientation: said.orientation ?? turned });
  if (exif) {
    /* Behind the header, so that it is known before the pixels */
    parts.splice(2, 0, chunk("eXIf", exif));
  }
  if (!isWhole) {
    parts.push(bytes.subarray(at));
  }
  return parts;
};
