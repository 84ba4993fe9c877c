/* A newer model has come into use: the case keeps the one it was analysed with, unless its reviewer has it re-analysed. */
import { gettext, ngettext } from "../shared/words.js";

const ASK_AGAIN_MS = 4000;
const MOST_ASKED = 150;
const UNFINISHED = new Set(["received", "queued", "analysing"]);

export const createReanalysis = (store, server, { notices, say, load }) => {
  let asked = 0;
  let kept = false;

  const waiting = () => [...store.state.images.values()].filter((image) => UNFINISHED.has(image.state)).length;
  const follow = () => {
    const left = waiting();
    notices.set(
      "reanalysis",
      left
        ? ngettext(
            "{count} field still to be re-analysed. What you decided stays.",
            "{count} fields still to be re-analysed. What you decided stays.",
            left,
          )
        : "",
    );
    if (!left) {
      say(gettext("The case was re-analysed. What you decided stayed."));
    } else if ((asked += 1) < MOST_ASKED) {
      setTimeout(async () => {
        await load();
        follow();
      }, ASK_AGAIN_MS);
    }
  };
  const again = async () => {
    notices.set("newer");
    const answer = await server.send("reread/", "POST", {});
    if (answer.ok) {
      asked = 0;
      await load();
      follow();
    } else {
      notices.set(
        "refused",
        answer.body?.detail || gettext("The case could not be re-analysed. Check the connection and try later."),
        { tone: "warn", actions: [[gettext("Close"), () => notices.set("refused")]] },
      );
    }
  };

  return {
    offer(mine) {
      const { model } = store.state;
      const offered = mine && !kept && model?.newer_available && !waiting();
      notices.set(
        "newer",
        offered
          ? gettext(
              "A newer model, {newer}, has come into use. This case stays with {version} unless you have it re-analysed; what you decided stays either way.",
              model,
            )
          : "",
        {
          actions: [
            [gettext("Re-analyse"), again],
            [
              gettext("Keep this one"),
              () => {
                kept = true;
                notices.set("newer");
              },
            ],
          ],
        },
      );
    },
  };
};
