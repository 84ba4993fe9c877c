/* Who has the case: claiming, letting go, staying alive while somebody works, and saying who else has it. */
import { gettext } from "../shared/words.js";
import { clock } from "./wording.js";

const BEAT_MS = 4 * 60 * 1000;
const IDLE_MS = 12 * 60 * 1000;
const AGAIN_MS = 60 * 1000;
const CLAIMABLE = new Set(["ready", "in_review"]);

export const createLease = (store, server, { notices, caseUrl, amendment, say, onClaimed, refresh, onChange }) => {
  let lastInput = Date.now();
  let claiming = null;
  const lease = () => store.state.lease || {};
  const mine = () => Boolean(lease().mine);
  const runOut = () => Boolean(lease().until) && Date.parse(lease().until) < Date.now();
  const signed = () => ["signed", "delivered", "corrected", "appended"].includes(store.state.case?.state);

  const show = () => {
    const { holder } = lease();
    const state = store.state.case?.state;
    let words;
    if (mine()) {
      words = ["", {}];
    } else if (["submitted", "analysing"].includes(state)) {
      words = [gettext("The fields are still being analysed. The case can be reviewed as soon as that is done."), {}];
    } else if (holder && !runOut()) {
      words = [
        gettext("In review by {holder}, until {time} unless they go on. You can look, not change.", {
          holder,
          time: clock(lease().until),
        }),
        { tone: "warn", actions: [[gettext("Look again"), refresh]] },
      ];
    } else if (signed() && !amendment) {
      words = [
        gettext("This case is signed. What it says changes only by a correction or an addendum, with a reason."),
        { actions: [[gettext("To the case"), `${caseUrl}#report`]] },
      ];
    } else if (CLAIMABLE.has(state) || signed()) {
      const sentence = holder
        ? gettext("{holder} had this case and has been away. You can take it over.", { holder })
        : gettext("Nobody is reviewing this case. Your first decision claims it.");
      words = [
        sentence,
        { actions: [[holder ? gettext("Take it over") : gettext("Start the review"), () => claim()]] },
      ];
    } else {
      words = [
        gettext("This case is closed. You can view its cells, not change them."),
        { actions: [[gettext("To the case"), caseUrl]] },
      ];
    }
    notices.set("lease", ...words);
    onChange();
  };

  const take = async () => {
    const answer = await server.send("claim/", "POST", {});
    if (answer.ok) {
      store.merge(answer.body);
      say(gettext("You have the case now."));
      notices.set("lost");
      await onClaimed();
      show();
      return true;
    }
    const problem = answer.body || {};
    if (answer.status === 409) {
      store.merge({
        lease: { holder: problem.holder || gettext("somebody else"), mine: false, until: problem.until || null },
      });
      show();
    }
    notices.set(
      "claim",
      problem.detail ||
        (answer.trouble ? gettext("The case could not be claimed. Check the connection and try again.") : ""),
      { tone: "warn", actions: [[gettext("Close"), () => notices.set("claim")]] },
    );
    say(problem.detail || gettext("The case could not be claimed."));
    return false;
  };
  const claim = () => {
    claiming ||= take().finally(() => {
      claiming = null;
    });
    return claiming;
  };

  const beat = async () => {
    if (!mine() || document.hidden || Date.now() - lastInput > IDLE_MS) {
      return;
    }
    const answer = await server.send("heartbeat/", "POST", {});
    if (answer.ok) {
      store.merge(answer.body);
    } else if (answer.status === 409) {
      refresh();
    }
  };
  for (const kind of ["keydown", "pointerdown"]) {
    window.addEventListener(kind, () => (lastInput = Date.now()), { passive: true, capture: true });
  }
  setInterval(beat, BEAT_MS);
  setInterval(() => !document.hidden && !mine() && lease().holder && refresh(), AGAIN_MS);

  return {
    mine,
    show,
    claim,
    /* Before deciding: true when the case is this reviewer's, claimed just now if it was nobody's */
    async hold() {
      if (mine()) {
        return true;
      }
      const { holder } = lease();
      const state = store.state.case?.state;
      const free = CLAIMABLE.has(state) || (signed() && amendment);
      if (!free || (holder && !runOut())) {
        say(
          holder
            ? gettext("In review by {holder}. You can look, not change.", { holder })
            : gettext("This case cannot be changed now."),
        );
        return false;
      }
      return claim();
    },
    async release() {
      const answer = await server.send("release/", "POST", {});
      if (answer.ok) {
        window.location.assign(caseUrl);
      } else {
        notices.set(
          "claim",
          answer.body?.detail || gettext("The case could not be let go. Check the connection and try again."),
          { tone: "warn" },
        );
      }
    },
  };
};
