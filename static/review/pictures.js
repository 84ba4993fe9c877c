/* The fields' pictures, asked for once each, and the cells cut out of them at one physical scale. */
(() => {
  "use strict";
  const review = (window.hematovision.review = {});
  const SPAN_WITHOUT_SCALE = 1.3;
  const MOST_KEPT = 24;

  /* How many px of the upright image show `um` micrometres; without a scale, what shows the widest cell of all */
  review.spanOf = (image, um, widest) => (image.um_per_px ? um / image.um_per_px : widest * SPAN_WITHOUT_SCALE * (um / 22));

  review.createPictures = () => {
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

    const cut = (picture, image, box, span, canvas, side) => {
      const density = Math.min(window.devicePixelRatio || 1, 2);
      const px = Math.round(side * density);
      if (canvas.width !== px) {
        canvas.width = px;
        canvas.height = px;
      }
      const ratio = picture.naturalWidth / image.width;
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
            cut(picture, image, box, span, canvas, side);
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
      /* At once when the picture is there: for the one close-up that follows every key */
      async drawNow({ image, box, span, canvas, side, wanted }) {
        const picture = await load(image);
        if (picture && wanted()) {
          cut(picture, image, box, span, canvas, side);
        }
      },
    };
  };
})();
