/* From the live picture to what is measured, and from a still to the file that is sent. */
import { litPart } from "./lit.js";
import { hashOf } from "./measures.js";

const TILE_PX = 480;
const WHOLE_PX = 640;
const SMALL_PX = 320;
const LONGEST_PX = 2560;
const COARSEST_UM = 0.15;
const QUALITY = 0.92;
/* The largest square in a circle, so that its edge is not taken for a sharp one */
const INSIDE_CIRCLE = 0.7;

const drawn = (source, { left, top, width, height }, toWidth, toHeight) => {
  const canvas = new OffscreenCanvas(toWidth, toHeight);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(source, left, top, width, height, 0, 0, toWidth, toHeight);
  return { canvas, pixels: () => context.getImageData(0, 0, toWidth, toHeight) };
};

const sizeOf = (source) => ({
  width: source.videoWidth || source.width,
  height: source.videoHeight || source.height,
});

const fitting = (width, height, longest) => Math.min(1, longest / Math.max(width, height));

/* The lit part of a picture in its own whole pixels */
const partOf = (source) => {
  const { width, height } = sizeOf(source);
  const shrink = fitting(width, height, SMALL_PX);
  const whole = { left: 0, top: 0, width, height };
  const part = litPart(drawn(source, whole, Math.round(width * shrink), Math.round(height * shrink)).pixels());
  return {
    left: Math.round(part.left * width),
    top: Math.round(part.top * height),
    width: Math.max(1, Math.round(part.width * width)),
    height: Math.max(1, Math.round(part.height * height)),
    isCircle: part.isCircle,
  };
};

/** What is measured of a frame: its middle at full size, and all of its lit part, smaller. */
export const frameOf = (video) => {
  const part = partOf(video);
  const inside = part.isCircle ? Math.min(part.width, part.height) * INSIDE_CIRCLE : Infinity;
  const across = Math.floor(Math.min(TILE_PX, part.width, inside));
  const down = Math.floor(Math.min(TILE_PX, part.height, inside));
  const middle = {
    left: part.left + Math.floor((part.width - across) / 2),
    top: part.top + Math.floor((part.height - down) / 2),
    width: across,
    height: down,
  };
  const shrink = fitting(part.width, part.height, WHOLE_PX);
  return {
    tile: drawn(video, middle, across, down).pixels(),
    whole: drawn(video, part, Math.round(part.width * shrink), Math.round(part.height * shrink)).pixels(),
  };
};

/** How much a still of this size and scale (um per px) is made smaller: at most 2,560 px, and never coarser than 0.15. */
export const shrinkFor = (width, height, umPerPx) =>
  Math.min(1, Math.max(LONGEST_PX / Math.max(width, height), umPerPx / COARSEST_UM));

/** The file of a still, cut to what is lit. `umPerFramePx` is the scale of the live picture, `frame` its size.

    Returns {file, hash, framePxPerFilePx}: by the last the scale of the file, once it is known, tells that of the live picture.
    The hash is of the file itself, since the slide may have moved since the frame that was measured. */
export const fileOf = async (still, { umPerFramePx, frame, name }) => {
  const framePxPerStillPx = Math.max(frame.width, frame.height) / Math.max(still.width, still.height);
  const part = partOf(still);
  const shrink = shrinkFor(part.width, part.height, umPerFramePx * framePxPerStillPx);
  const { canvas } = drawn(still, part, Math.round(part.width * shrink), Math.round(part.height * shrink));
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  const small = fitting(part.width, part.height, SMALL_PX);
  return {
    file: new File([blob], name, { type: "image/jpeg" }),
    hash: hashOf(drawn(still, part, Math.round(part.width * small), Math.round(part.height * small)).pixels()),
    framePxPerFilePx: framePxPerStillPx / shrink,
  };
};
