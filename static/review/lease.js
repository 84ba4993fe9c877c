/* Who has the case: claiming, letting go, staying alive while somebody works, and saying who else has it. */
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
      words = ["The fields are still being analysed. The case can be reviewed as soon as that is done.", {}];
    } else if (holder && !runOut()) {
      words = [
        `In review by ${holder}, until ${clock(lease().until)} unless they go on. You can look, not change.`,
        { tone: "warn", actions: [["Look again", refresh]] },
      ];
    } else if (signed() && !amendment) {
      words = [
        "This case is signed. What it says changes only by a correction or an addendum, with a reason.",
        { actions: [["To the case", `${caseUrl}#report`]] },
      ];
    } else if (CLAIMABLE.has(state) || signed()) {
      const sentence = holder
        ? `${holder} had this case and has been away. You can take it over.`
        : "Nobody is reviewing this case. Your first decision claims it.";
      words = [sentence, { actions: [[holder ? "Take it over" : "Start the review", () => claim()]] }];
    } else {
      words = [
        "This case is closed. You can view its cells, not change them.",
        { actions: [["To the case", caseUrl]] },
      ];
    }
    notices.set("lease", ...words);
    onChange();
  };

  const take = async () => {
    const answer = await server.send("claim/", "POST", {});
    if (answer.ok) {
      store.merge(answer.body);
      say("You have the case now.");
      notices.set("lost");
      await onClaimed();
      show();
      return true;
    }
    const problem = answer.body || {};
    if (answer.status === 409) {
      store.merge({
        lease: { holder: problem.holder || "somebody else", mine: false, until: problem.until || null },
      });
      show();
    }
    notices.set(
      "claim",
      problem.detail || (answer.trouble ? "The case could not be claimed. Check the connection and try again." : ""),
      { tone: "warn", actions: [["Close", () => notices.set("claim")]] },
    );
    say(problem.detail || "The case could not be claimed.");
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
        say(holder ? `In review by ${holder}. You can look, not change.` : "This case cannot be changed now.");
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
          answer.body?.detail || "The case could not be let go. Check the connection and try again.",
          { tone: "warn" },
        );
      }
    },
  };
};
