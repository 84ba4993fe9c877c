/* Gets the state of the case, again after a failure, and the predictions of cells that were drawn by hand. */
import { gettext } from "../shared/words.js";

const POLL_MS = 700;
const MOST_POLLS = 90;
const LOAD_AGAIN_MS = 2000;
const MOST_LOAD_AGAIN_MS = 20000;
/* Sooner, a notice would only flash */
const SLOW_MS = 1000;
const SIGNED_OUT = gettext("You were signed out. Sign in again in another tab, then come back to this one.");

/** `onLoaded(answer)` is called before the store takes the answer over and answers what to do afterwards. */
export const createLoading = ({ store, server, notices, loginUrl, recover, onLoaded, onPrediction }) => {
  let failures = 0;
  let loadTimer = 0;
  let polls = 0;
  let pollTimer = 0;

  const failed = (answer) => {
    if (answer.trouble === "signed_out") {
      const actions = [
        [gettext("Sign in"), loginUrl],
        [gettext("I am signed in again"), recover],
      ];
      notices.set("load", SIGNED_OUT, { tone: "warn", actions });
    } else {
      const sentence = answer.body?.detail || gettext("The cells could not be loaded. It is tried again.");
      notices.set("load", sentence, { tone: "warn", actions: [[gettext("Try now"), load]] });
    }
    if (["offline", "server"].includes(answer.trouble)) {
      failures += 1;
      loadTimer = setTimeout(load, Math.min(failures * LOAD_AGAIN_MS, MOST_LOAD_AGAIN_MS));
    }
  };
  const load = async () => {
    clearTimeout(loadTimer);
    const slow = setTimeout(() => !store.isLoaded() && notices.set("load", gettext("Loading the cells.")), SLOW_MS);
    const answer = await server.send("state/");
    clearTimeout(slow);
    if (answer.trouble || !answer.ok) {
      failed(answer);
      return;
    }
    failures = 0;
    notices.set("load");
    const after = onLoaded();
    store.reset(answer.body);
    after();
    awaitPredictions();
  };
  const ask = async (id) => {
    const answer = await server.send(`cells/${id}/`);
    if (!answer.ok || answer.body.cell.pending) {
      return;
    }
    polls = 0;
    const { cell, differential, todo } = answer.body;
    store.refresh(store.merge({ cells: [cell], differential, todo }));
    onPrediction(store.cell(id));
  };
  const awaitPredictions = () => {
    clearTimeout(pollTimer);
    const waiting = store.cells().filter((cell) => cell.pending && !cell.unsaved);
    if (!waiting.length || polls > MOST_POLLS) {
      polls = 0;
      return;
    }
    pollTimer = setTimeout(async () => {
      polls += 1;
      for (const { id } of waiting) {
        await ask(id);
      }
      awaitPredictions();
    }, POLL_MS);
  };

  return { load, awaitPredictions };
};
