/* EXIF, as far as the server needs it: a TIFF structure of which three entries are read and written. */
const MAKE = 0x010f;
const MODEL = 0x0110;
const ORIENTATION = 0x0112;
const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const UPRIGHT = 1;
const ENTRY_SIZE = 12;
/* The server keeps no longer name of a camera */
const MOST_CHARACTERS = 80;

const latin = (bytes) => String.fromCharCode(...bytes);

/** Whether `text` stands in `bytes` at `at`. */
export const says = (bytes, text, at = 0) => latin(bytes.subarray(at, at + text.length)) === text;

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const textAt = (bytes, view, entry, little) => {
  const count = view.getUint32(entry + 4, little);
  const start = count > 4 ? view.getUint32(entry + 8, little) : entry + 8;
  const raw = bytes.subarray(start, start + Math.min(count, MOST_CHARACTERS));
  const end = raw.indexOf(0);
  return raw.slice(0, end < 0 ? raw.length : end);
};

const readEntries = (bytes) => {
  const found = {};
  const little = says(bytes, "II");
  const view = viewOf(bytes);
  const directory = view.getUint32(4, little);
  const count = view.getUint16(directory, little);
  for (let index = 0; index < count; index += 1) {
    const entry = directory + 2 + index * ENTRY_SIZE;
    const tag = view.getUint16(entry, little);
    const type = view.getUint16(entry + 2, little);
    if (tag === ORIENTATION && (type === SHORT || type === LONG)) {
      found.orientation = type === SHORT ? view.getUint16(entry + 8, little) : view.getUint32(entry + 8, little);
    } else if (tag === MAKE && type === ASCII) {
      found.make = textAt(bytes, view, entry, little);
    } else if (tag === MODEL && type === ASCII) {
      found.model = textAt(bytes, view, entry, little);
    }
  }
  return found;
};

/** Make, model and orientation that the TIFF structure `bytes` states; none of them where it is broken. */
export const readExif = (bytes) => {
  if (!says(bytes, "II*\0") && !says(bytes, "MM\0*")) {
    return {};
  }
  try {
    return readEntries(bytes);
  } catch (error) {
    if (error instanceof RangeError) {
      return {};
    }
    throw error;
  }
};

/** The orientation that an XMP packet states; undefined without one. Decoders turn a picture by it where EXIF says nothing. */
export const orientationOfXmp = (bytes) => {
  const found = /tiff:Orientation(?:="|>)([0-9])/.exec(new TextDecoder("latin1").decode(bytes));
  return found ? Number(found[1]) : undefined;
};

/** A TIFF structure that states these and nothing else; null where there is nothing to state. */
export const writeExif = ({ make, model, orientation }) => {
  const entries = [
    [MAKE, ASCII, make?.length ? new Uint8Array([...make, 0]) : null],
    [MODEL, ASCII, model?.length ? new Uint8Array([...model, 0]) : null],
    [ORIENTATION, SHORT, orientation > UPRIGHT && orientation <= 8 ? new Uint8Array([orientation, 0]) : null],
  ].filter(([, , value]) => value);
  if (!entries.length) {
    return null;
  }
  const head = 8 + 2 + entries.length * ENTRY_SIZE + 4;
  const long = entries.filter(([, , value]) => value.length > 4);
  const bytes = new Uint8Array(long.reduce((sum, [, , value]) => sum + value.length, head));
  const view = viewOf(bytes);
  bytes.set([0x49, 0x49, 0x2a, 0x00]);
  view.setUint32(4, 8, true);
  view.setUint16(8, entries.length, true);
  let free = head;
  entries.forEach(([tag, type, value], index) => {
    const entry = 10 + index * ENTRY_SIZE;
    view.setUint16(entry, tag, true);
    view.setUint16(entry + 2, type, true);
    view.setUint32(entry + 4, type === SHORT ? 1 : value.length, true);
    if (value.length > 4) {
      view.setUint32(entry + 8, free, true);
      bytes.set(value, free);
      free += value.length;
    } else {
      bytes.set(value, entry + 8);
    }
  });
  return bytes;
};
