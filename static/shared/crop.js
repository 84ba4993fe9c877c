/* Cells cut out of the image of their field, all at one physical scale. */
const USUAL_UM = 22;
const SPAN_WITHOUT_SCALE = 1.3;

/**
 * How many px of the upright image show `um` micrometres.
 * Without a scale (`umPerPx` null) it is what shows the widest cell, `widest` px, at the usual size.
 */
export const spanOf = (umPerPx, um, widest) => (umPerPx ? um / umPerPx : widest * SPAN_WITHOUT_SCALE * (um / USUAL_UM));

/**
 * Draw the square of `span` px around `box` ([x, y, width, height] in px of an image `imageWidth` px wide)
 * into a canvas shown at `side` CSS px. `picture` may be a smaller copy of that image.
 */
export const drawCrop = (canvas, picture, { imageWidth, box, span, side }) => {
  const px = Math.round(side * Math.min(window.devicePixelRatio || 1, 2));
  if (canvas.width !== px) {
    canvas.width = px;
    canvas.height = px;
  }
  const ratio = picture.naturalWidth / imageWidth;
  const [x, y, width, height] = box;
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.clearRect(0, 0, px, px);
  pen.drawImage(
    picture,
    (x + width / 2 - span / 2) * ratio,
    (y + height / 2 - span / 2) * ratio,
    span * ratio,
    span * ratio,
    0,
    0,
    px,
    px,
  );
};
