/* How large the pieces of uploads are: the line of a page is measured by the pieces that went over it. */
export const SMALL = 64 * 1024;
export const USUAL = 256 * 1024;
export const LARGE = 1024 * 1024;
const USUAL_MS = 8000;
const LARGE_MS = 4000;

/** Begins small: what a line swallows of a larger piece before it is known to be slow is lost when it breaks. */
export const createPace = () => {
  let size = SMALL;
  return {
    size: () => size,
    /** A piece of so many bytes took so long. A short one, as at the end of a file, tells a slow line only. */
    took(bytes, ms) {
      const msOf = (piece) => (ms * piece) / bytes;
      if (bytes >= size) {
        size = msOf(LARGE) < LARGE_MS ? LARGE : msOf(USUAL) < USUAL_MS ? USUAL : SMALL;
      } else if (ms > USUAL_MS) {
        size = SMALL;
      }
    },
    /** Nothing moved for so long that the piece was given up. */
    stalled() {
      size = SMALL;
    },
  };
};
