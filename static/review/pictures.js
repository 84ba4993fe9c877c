/* The fields' pictures, asked for once each, and the cells cut out of them at one physical scale. */
import { drawCrop } from "../shared/crop.js";

const MOST_KEPT = 24;

export const createPictures = () => {
  const kept = new Map();
  const waiting = new Map();
  let busy = false;

  const load = (image) => {
    const known = kept.get(image.id);
    if (known) {
      kept.delete(image.id);
      kept.set(image.id, known);
      return known;
    }
    const promise = new Promise((resolve) => {
      if (!image.display) {
        resolve(null);
        return;
      }
      const picture = new Image();
      picture.decoding = "async";
      picture.addEventListener("load", () => resolve(picture));
      picture.addEventListener("error", () => {
        kept.delete(image.id);
        resolve(null);
      });
      picture.src = image.display;
    });
    kept.set(image.id, promise);
    if (kept.size > MOST_KEPT) {
      kept.delete(kept.keys().next().value);
    }
    return promise;
  };

  /* One picture a turn: all its waiting cells are cut while it is decoded, and the keys stay quick meanwhile */
  const work = async () => {
    if (busy) {
      return;
    }
    busy = true;
    while (waiting.size) {
      const [id, jobs] = waiting.entries().next().value;
      waiting.delete(id);
      const picture = await load(jobs[0].image);
      if (picture) {
        for (const { image, box, span, canvas, side, done } of jobs) {
          drawCrop(canvas, picture, { imageWidth: image.width, box, span, side });
          done?.();
        }
      }
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    busy = false;
  };

  return {
    load,
    draw(job) {
      const jobs = waiting.get(job.image.id);
      if (jobs) {
        jobs.push(job);
      } else {
        waiting.set(job.image.id, [job]);
      }
      work();
    },
    /* At once when the picture is there: for the one close-up that follows every key. Says whether it was drawn */
    async drawNow({ image, box, span, canvas, side, wanted }) {
      const picture = await load(image);
      const drawn = Boolean(picture && wanted());
      if (drawn) {
        drawCrop(canvas, picture, { imageWidth: image.width, box, span, side });
      }
      return drawn;
    },
  };
};
