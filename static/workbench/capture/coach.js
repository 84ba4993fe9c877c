/* What is said of one frame, from what was measured and what was there before. Nothing of the page is in here. */
import { hashDistance, movementBetween } from "./measures.js";

/* BCCD fields that moved by 4 of 640 px differ by 2.5 levels and more, sensor noise of a standard deviation of 6 by 2 */
const STILL_BELOW = 2.4;
/* Different BCCD fields differ in 14 bits and more, one that moved by 4 of 640 px in 7 at most */
const SAME_UP_TO = 6;
const FRAMES_IN_A_ROW = 5;
const COARSEST_UM = 0.15;

const GOOD = "good";
const ACCEPTABLE = "acceptable";
const POOR = "poor";

const stillness = (movement) => {
  if (movement === null) {
    return { verdict: "" };
  }
  return movement < STILL_BELOW ? { verdict: GOOD } : { verdict: POOR, word: "moving" };
};

const scaleReading = (umPerPx) => {
  if (!umPerPx) {
    return { verdict: "", word: "scaleUnknown" };
  }
  return umPerPx > COARSEST_UM ? { verdict: ACCEPTABLE, word: "scaleCoarse" } : { verdict: GOOD };
};

/** `createCoach()` -> `see(measured, { umPerPx, fields })`: the readings, the one sentence, and whether to take the picture.

    `umPerPx` is the scale that the picture would have, nothing where nobody knows it; `fields` the hashes of those taken. A
    sentence is either the server's own (`sentence`) or named by `word`. */
export const createCoach = () => {
  let before = null;
  let inARow = 0;

  const see = (measured, { umPerPx, fields }) => {
    const isKnown = fields.some((hash) => hashDistance(hash, measured.hash) <= SAME_UP_TO);
    const readings = {
      focus: measured.focus,
      exposure: measured.exposure,
      stain: measured.stain,
      scale: scaleReading(umPerPx),
      still: stillness(movementBetween(before, measured.grey)),
      another: isKnown ? { verdict: POOR, word: "sameField" } : { verdict: GOOD },
    };
    before = measured.grey;
    const is = (name, verdict) => readings[name].verdict === verdict;
    const worst = [
      is("another", POOR) && "another",
      ...[POOR, ACCEPTABLE].flatMap((verdict) => [
        is("exposure", verdict) && "exposure",
        is("focus", verdict) && "focus",
        is("still", verdict) && "still",
        is("stain", verdict) && "stain",
        is("scale", verdict) && "scale",
      ]),
    ].find(Boolean);
    const isGood = ["focus", "exposure", "stain", "still", "another"].every((name) => is(name, GOOD));
    inARow = isGood ? inARow + 1 : 0;
    return { readings, said: worst ? readings[worst] : { verdict: GOOD }, isGood, isTime: inARow >= FRAMES_IN_A_ROW };
  };

  return {
    see,
    /** Begin to count anew, as after a picture was taken. */
    restart() {
      before = null;
      inARow = 0;
    },
  };
};
