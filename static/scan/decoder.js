/* Barcodes in a picture: the browser's own detector where it knows all kinds that are wanted, else ZXing, loaded when it is
   first needed. */
const KINDS = {
  code_128: "CODE_128",
  code_39: "CODE_39",
  data_matrix: "DATA_MATRIX",
  itf: "ITF",
  qr_code: "QR_CODE",
};
const LONGEST_SIDE = 1280;

const nativeDetector = async () => {
  const known = "BarcodeDetector" in window ? await window.BarcodeDetector.getSupportedFormats() : [];
  const formats = Object.keys(KINDS);
  return formats.every((kind) => known.includes(kind)) ? new window.BarcodeDetector({ formats }) : null;
};

const zxingReader = async (address) => {
  if (!window.ZXing) {
    await import(address);
  }
  const zxing = window.ZXing;
  const engine = new zxing.MultiFormatReader();
  engine.setHints(
    new Map([
      [zxing.DecodeHintType.POSSIBLE_FORMATS, Object.values(KINDS).map((kind) => zxing.BarcodeFormat[kind])],
      [zxing.DecodeHintType.TRY_HARDER, true],
    ]),
  );
  return (canvas) => {
    const source = new zxing.HTMLCanvasElementLuminanceSource(canvas);
    try {
      return engine.decodeWithState(new zxing.BinaryBitmap(new zxing.HybridBinarizer(source))).getText();
    } catch {
      /* It throws for every picture without a code, and not one class of errors only */
      return null;
    }
  };
};

const sizeOf = (picture) => [picture.videoWidth || picture.width, picture.videoHeight || picture.height];

/* The picture on a canvas, a quarter turned where `isTurned`: a bar code may lie on its side */
const drawn = (canvas, picture, isTurned) => {
  const [width, height] = sizeOf(picture);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  [canvas.width, canvas.height] = isTurned ? [high, wide] : [wide, high];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (isTurned) {
    context.translate(high, 0);
    context.rotate(Math.PI / 2);
  }
  context.drawImage(picture, 0, 0, wide, high);
  return canvas;
};

/** `read(picture, isTurned)`: what the code in a video or bitmap says, null for none. Rejects where ZXing cannot be loaded. */
export const createDecoder = async (address) => {
  const detector = await nativeDetector();
  if (detector) {
    return async (picture) => (await detector.detect(picture))[0]?.rawValue || null;
  }
  const read = await zxingReader(address);
  const canvas = document.createElement("canvas");
  return async (picture, isTurned = false) => read(drawn(canvas, picture, isTurned));
};
