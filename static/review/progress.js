/* How far the review has come, and whether everything decided is saved: always on screen, in words. */
import { gettext, ngettext } from "../shared/words.js";

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
    find("[data-progress-text]").textContent = gettext("{done} of {all}", { done, all: todo.total });
    const rest = [];
    if (todo.unidentified) {
      rest.push(ngettext("{count} unidentified", "{count} unidentified", todo.unidentified));
    }
    if (todo.flagged) {
      rest.push(ngettext("{count} flagged", "{count} flagged", todo.flagged));
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
        : gettext("No connection. Go on reviewing: what you decide is kept, and saved when the connection is back."),
      { tone: "warn" },
    );
  for (const kind of ["online", "offline"]) {
    window.addEventListener(kind, () => tellOffline(notices.has("line")));
  }
  const showSaving = ({ unsaved, halted }) => {
    const waits = ngettext("{count} not saved", "{count} not saved", unsaved);
    clearTimeout(savingTimer);
    if (!unsaved) {
      mark(gettext("All saved"), "ok", "filled");
    } else if (halted) {
      mark(waits, "danger", "half");
    } else {
      /* Quietly at once, so that nothing is called saved that is not; with a sign when it takes long */
      const saving = gettext("Saving {count}", { count: unsaved });
      mark(unsaved > 1 ? saving : gettext("Saving"), "", "");
      savingTimer = setTimeout(() => mark(saving, "accent", "busy"), SLOW_MS);
    }
    stale(unsaved > 0 && Boolean(halted));
    const again = [gettext("Try now"), resume];
    const drop = [ngettext("Discard {count} change", "Discard {count} changes", unsaved), discard];
    const tell = {
      offline: [
        ngettext(
          "No connection. {count} change not saved yet. Go on reviewing: saving goes on by itself when the connection is back.",
          "No connection. {count} changes not saved yet. Go on reviewing: saving goes on by itself when the connection is back.",
          unsaved,
        ),
        { tone: "warn", actions: [again] },
      ],
      server: [
        ngettext(
          "The server does not answer as it should. {count} change not saved yet; saving is tried again.",
          "The server does not answer as it should. {count} changes not saved yet; saving is tried again.",
          unsaved,
        ),
        { tone: "warn", actions: [again] },
      ],
      signed_out: [
        ngettext(
          "You were signed out. {count} change not saved yet: sign in again in another tab, then come back to this one.",
          "You were signed out. {count} changes not saved yet: sign in again in another tab, then come back to this one.",
          unsaved,
        ),
        {
          tone: "warn",
          actions: [
            [gettext("Sign in"), loginUrl],
            [gettext("I am signed in again"), recover],
          ],
        },
      ],
      other_person: [
        ngettext(
          "Somebody else is signed in in this browser now. {count} change of yours not saved yet; nothing is sent in their name.",
          "Somebody else is signed in in this browser now. {count} changes of yours not saved yet; nothing is sent in their name.",
          unsaved,
        ),
        { tone: "warn", actions: [[gettext("Check again"), recover]] },
      ],
    }[halted];
    notices.set("line", ...(unsaved && tell ? tell : [""]));
    tellOffline(unsaved && halted);
    const lost = unsaved && LOST.includes(halted);
    const holder = store.state.lease?.holder;
    const whose =
      holder && !mine() ? gettext("{holder} has this case now.", { holder }) : gettext("This case is no longer yours.");
    const left = ngettext("{count} change of yours not saved.", "{count} changes of yours not saved.", unsaved);
    notices.set("lost", lost ? `${whose} ${left}` : "", {
      tone: "danger",
      actions: [[gettext("Take it back and save"), claim], drop],
    });
  };

  return { showTodo, showSaving };
};
