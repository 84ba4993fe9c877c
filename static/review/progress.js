/* How far the review has come, and whether everything decided is saved: always on screen, in words. */
import { plural } from "../shared/wording.js";

const SLOW_MS = 500;
const LOST = ["claimed", "lease_lost", "signed", "state"];

export const createProgress = (root, store, { notices, loginUrl, mine, resume, discard, claim, recover, stale }) => {
  const find = (selector) => document.querySelector(selector);
  const saveMark = find("[data-save]");
  const showTodo = () => {
    const todo = store.todo();
    const done = todo.total - todo.unreviewed;
    const bar = find("[data-progress]");
    bar.max = Math.max(1, todo.total);
    bar.value = done;
    find("[data-progress-text]").textContent = `${done} of ${todo.total}`;
    const rest = [];
    if (todo.unidentified) {
      rest.push(`${todo.unidentified} unidentified`);
    }
    if (todo.flagged) {
      rest.push(`${todo.flagged} flagged`);
    }
    find("[data-rest]").textContent = rest.join(", ");
    root.classList.toggle("all-reviewed", todo.total > 0 && !todo.unreviewed && !todo.unidentified);
  };
  let savingTimer = 0;
  const mark = (words, tone, shape) => {
    saveMark.className = `mark rv-save tone-${tone} ${shape}`;
    saveMark.textContent = words;
  };
  const tellOffline = (said) =>
    notices.set(
      "offline",
      navigator.onLine || said
        ? ""
        : "No connection. Go on reviewing: what you decide is kept, and saved when the connection is back.",
      { tone: "warn" },
    );
  for (const kind of ["online", "offline"]) {
    window.addEventListener(kind, () => tellOffline(notices.has("line")));
  }
  const showSaving = ({ unsaved, halted }) => {
    const waits = `${unsaved} not saved`;
    clearTimeout(savingTimer);
    if (!unsaved) {
      mark("All saved", "ok", "filled");
    } else if (halted) {
      mark(waits, "danger", "half");
    } else {
      /* Quietly at once, so that nothing is called saved that is not; with a sign when it takes long */
      mark(unsaved > 1 ? `Saving ${unsaved}` : "Saving", "", "");
      savingTimer = setTimeout(() => mark(`Saving ${unsaved}`, "accent", "busy"), SLOW_MS);
    }
    stale(unsaved > 0 && Boolean(halted));
    const changes = plural(unsaved, "change");
    const again = ["Try now", resume];
    const drop = [`Discard ${changes}`, discard];
    const tell = {
      offline: [
        `No connection. ${changes} not saved yet. Go on reviewing: saving goes on by itself when the connection is back.`,
        { tone: "warn", actions: [again] },
      ],
      server: [
        `The server does not answer as it should. ${changes} not saved yet; saving is tried again.`,
        { tone: "warn", actions: [again] },
      ],
      signed_out: [
        `You were signed out. ${changes} not saved yet: sign in again in another tab, then come back to this one.`,
        {
          tone: "warn",
          actions: [
            ["Sign in", loginUrl],
            ["I am signed in again", recover],
          ],
        },
      ],
      other_person: [
        `Somebody else is signed in in this browser now. ${changes} of yours not saved yet; nothing is sent in their name.`,
        { tone: "warn", actions: [["Check again", recover]] },
      ],
    }[halted];
    notices.set("line", ...(unsaved && tell ? tell : [""]));
    tellOffline(unsaved && halted);
    const lost = unsaved && LOST.includes(halted);
    const holder = store.state.lease?.holder;
    notices.set(
      "lost",
      lost
        ? `${holder && !mine() ? `${holder} has this case now. ` : "This case is no longer yours. "}${changes} of yours not saved.`
        : "",
      {
        tone: "danger",
        actions: [["Take it back and save", claim], drop],
      },
    );
  };

  return { showTodo, showSaving };
};
