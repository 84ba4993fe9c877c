/* Pictures on their way: each a row until the server has it. A row says why it waits; it goes on by itself. */
import { createSafe } from "../../offline/safe_copy.js";
import { csrfCookie } from "../../shared/browser_world.js";
import { createSender } from "../../shared/resumable.js";

const WAITING_WORDS = {
  offline: "offline",
  no_answer: "offline",
  silent: "offline",
  server: "server",
  signed_out: "signedOut",
  other_person: "otherPerson",
};

/** `onDone({ image, field }, said)` tells that the server has a picture; `said` is what `send` was given with it. */
export const createSending = ({ root, words, onDone, onRefused }) => {
  const list = root.querySelector("[data-sending]");
  const template = root.querySelector("[data-sending-row]");
  const limit = Number(root.dataset.maxBytes);
  const sender = createSender({
    endpoint: root.dataset.endpoint,
    user: root.dataset.user,
    csrf: csrfCookie(root.dataset.csrfCookie),
  });
  const safe = createSafe(root.dataset.user);
  const rows = new Set();

  const send = (file, said) => {
    const row = template.content.firstElementChild.cloneNode(true);
    const picture = row.querySelector("img");
    const text = row.querySelector("[data-row-text]");
    const bar = row.querySelector("progress");
    const preview = URL.createObjectURL(file);
    const entry = { isOver: false };
    const say = (words_) => {
      text.textContent = words_;
    };
    const leave = () => {
      URL.revokeObjectURL(preview);
      rows.delete(entry);
      row.remove();
    };
    picture.addEventListener("load", () => {
      picture.hidden = false;
    });
    picture.src = preview;
    bar.setAttribute("aria-label", words.sending);
    say(words.waiting);
    rows.add(entry);
    list.append(row);
    const refused = (sentence) => {
      entry.isOver = true;
      bar.hidden = true;
      row.classList.add("failed");
      say(sentence);
    };
    if (limit && file.size > limit) {
      refused(words.tooLarge);
      row.querySelector("[data-row-drop]").addEventListener("click", leave);
      return;
    }
    const going = sender.send(file, {
      caseId: root.dataset.case,
      microscope: said.microscope,
      replaces: said.replaces,
      onProgress: ({ sent, total }) => {
        bar.value = sent / total;
        say(words.sending);
      },
      onWaiting: (why) => {
        say(words[WAITING_WORDS[why]] ?? words.server);
        safe.keep(going.clientId, file, { caseId: root.dataset.case, ...said });
      },
      onDone: (done) => {
        safe.forget(going.clientId);
        leave();
        onDone(done, said);
      },
      onRefused: (refusal) => {
        safe.forget(going.clientId);
        refused(refusal.sentence || words.refused);
        onRefused(refusal, said);
      },
    });
    row.querySelector("[data-row-drop]").addEventListener("click", () => {
      going.cancel();
      safe.forget(going.clientId);
      leave();
    });
  };

  window.addEventListener("beforeunload", (event) => {
    if ([...rows].some((entry) => !entry.isOver)) {
      event.preventDefault();
    }
  });
  return { send };
};
