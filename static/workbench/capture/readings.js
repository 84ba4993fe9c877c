/* The loop: three times a second one frame goes to the worker, and the next one only when it is back. */
import { frameOf } from "./picture.js";

const FRAME_MS = 333;

/** `onMeasured(measured)` gets what the worker found in a frame, and how many frames went by until then. */
export const createReadings = ({ video, workerUrl, limits, isOn, umPerPx, onMeasured }) => {
  const worker = new Worker(workerUrl, { type: "module" });
  let isBusy = false;
  let number = 0;

  worker.addEventListener("message", ({ data }) => {
    isBusy = false;
    if (data.number === number && isOn()) {
      onMeasured(data);
    }
  });
  worker.addEventListener("error", () => {
    isBusy = false;
  });
  setInterval(() => {
    if (isBusy || document.hidden || !isOn()) {
      return;
    }
    isBusy = true;
    const { tile, whole } = frameOf(video);
    const plain = ({ data, width, height }) => ({ data, width, height });
    worker.postMessage({ number, tile: plain(tile), whole: plain(whole), umPerPx: umPerPx(), limits }, [
      tile.data.buffer,
      whole.data.buffer,
    ]);
  }, FRAME_MS);

  return {
    /** What is still being measured is of another picture: forget it. */
    restart() {
      number += 1;
    },
  };
};
