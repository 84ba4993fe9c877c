/* A hand scanner is a keyboard that types faster than any hand and ends with Enter. */
const LONGEST_GAP_MS = 50;
const SHORTEST_CODE = 4;

/** `press({ key, timeStamp })` returns the code that Enter ended, null for any other key; `isBurst()` whether one is under way. */
export const createBurst = () => {
  let code = "";
  let at = -Infinity;
  return {
    press({ key, timeStamp, repeat = false }) {
      const isFast = timeStamp - at <= LONGEST_GAP_MS;
      at = timeStamp;
      if (repeat) {
        /* A key that is held down */
        code = "";
        return null;
      }
      if (key === "Enter") {
        const ended = isFast && code.length >= SHORTEST_CODE ? code : null;
        code = "";
        return ended;
      }
      if (key.length === 1) {
        code = isFast ? code + key : key;
      }
      return null;
    },
    isBurst: () => code.length > 1,
  };
};
