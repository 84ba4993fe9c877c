/* How large the pieces of uploads are: the line of a page is measured by the pieces that went over it. */
export const SLOW = 64 * 1024;
export const USUAL = 256 * 1024;
export const FAST = 1024 * 1024;
const LONG_MS = 8000;
const SHORT_MS = 1000;

export const createPace = () => {
  let size = USUAL;
  return {
    size: () => size,
    /** A piece of so many bytes took so long. A short one, as at the end of a file, says nothing of a fast line. */
    took(bytes, ms) {
      if (ms > LONG_MS) {
        size = SLOW;
      } else if (bytes >= size) {
        size = ms < SHORT_MS ? FAST : USUAL;
      }
    },
    /** Nothing moved for so long that the piece was given up. */
    stalled() {
      size = SLOW;
    },
  };
};
