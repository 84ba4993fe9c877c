/* Sends the labels of a second opinion, and keeps them until they are saved. Without a page: what posts, what gets a new
   token and how a pause is made come from outside. */
import { gettext } from "./words.js";

const WAITS_S = [1, 2, 4, 8, 15];
const MOST_RENEWALS = 3;
const SIGNED_OUT = gettext(
  "You were signed out. Sign in again in another tab, then press a key here: your labels are kept on this page.",
);
const OFFLINE = gettext("No connection. Your labels are kept on this page and sent again by themselves.");
const REFUSED = gettext("The labels could not be saved. Reload the page to see what is kept.");

const pause = (then, seconds) => {
  const timer = setTimeout(then, seconds * 1000);
  return () => clearTimeout(timer);
};

/**
 * `post(labels, token)` answers {status, signedOut, sentence}, null where nothing was answered; `renew()` the token of
 * who is signed in now, "" for nobody. Of several labels of one cell the newest goes. `tell(sentence, trouble)` says how
 * things stand.
 */
export const createOutbox = ({ post, renew, token: firstToken, tell, after = pause }) => {
  const pending = new Map();
  let token = firstToken;
  let busy = false;
  let tries = 0;
  let callOff = () => {};
  const waiting = [];

  const later = (sentence) => {
    tries += 1;
    tell(sentence, true);
    callOff();
    callOff = after(pump, WAITS_S[Math.min(tries, WAITS_S.length) - 1]);
  };
  /* Signed out, or signed in again meanwhile: then the page has a new token */
  const signInAgain = async () => {
    const renewed = await renew();
    if (renewed && renewed !== token && tries < MOST_RENEWALS) {
      token = renewed;
      tries += 1;
      pump();
    } else {
      later(SIGNED_OUT);
    }
  };
  const saved = (sent) => {
    tries = 0;
    for (const [cell, code] of sent) {
      if (pending.get(cell) === code) {
        pending.delete(cell);
      }
    }
    if (pending.size) {
      pump();
      return;
    }
    tell("");
    for (const resolve of waiting.splice(0)) {
      resolve();
    }
  };
  const pump = async () => {
    if (busy || !pending.size) {
      return;
    }
    busy = true;
    const sent = [...pending];
    const answer = await post(
      sent.map(([cell, code]) => ({ cell, code })),
      token,
    );
    busy = false;
    if (!answer || answer.status >= 500) {
      later(OFFLINE);
    } else if (answer.signedOut) {
      await signInAgain();
    } else if (answer.status >= 400) {
      tell(answer.sentence || REFUSED, true);
    } else {
      saved(sent);
    }
  };

  return {
    resume: pump,
    size: () => pending.size,
    put(cell, code) {
      pending.delete(cell);
      pending.set(cell, code);
      pump();
    },
    /* Resolves once everything is saved */
    emptied() {
      if (!pending.size) {
        return Promise.resolve();
      }
      const done = new Promise((resolve) => {
        waiting.push(resolve);
      });
      pump();
      return done;
    },
  };
};
