/* The files that are sent from a page: two at a time, each with its own progress, sentence, cancel and retry. A line that drops
   is waited for; of what a closed page had begun the server says how far it came. */
import { createSafe } from "../offline/safe_copy.js";
import { csrfCookie } from "../shared/browser_world.js";
import { createSender, sha256Of } from "../shared/resumable.js";
import { sizeOf, wordsOf } from "../shared/template_words.js";
import { withoutMetadata } from "../shared/without_metadata.js";
import { refreshCase } from "./case_refresh.js";
import { acceptDrops } from "./upload_drop.js";
import {
  CANCELLED,
  DONE,
  FAILED,
  PAUSED,
  SAME,
  SENDING,
  WAITING,
  createItem,
  dispose,
  isActive,
  show,
  showPause,
  showProgress,
} from "./upload_row.js";
import { createUnfinished } from "./upload_unfinished.js";

const AT_ONCE = 2;
const BY_STATUS = new Set([403, 404, 409, 410, 413]);

const start = (form) => {
  const queue = form.querySelector("[data-queue]");
  const list = form.querySelector("[data-queue-rows]");
  const template = form.querySelector("[data-queue-row]");
  const total = form.querySelector("[data-queue-progress]");
  const text = form.querySelector("[data-queue-text]");
  const cancelAll = form.querySelector("[data-queue-cancel]");
  const retryAll = form.querySelector("[data-queue-retry]");
  const clear = form.querySelector("[data-queue-clear]");
  const say = wordsOf(form);
  const limit = Number(form.dataset.maxBytes);
  const { caseId, replaces, next: nextPage } = form.dataset;
  const sender = createSender({
    endpoint: form.dataset.uploads,
    user: form.dataset.user,
    csrf: csrfCookie(form.dataset.csrfCookie),
    library: form.dataset.library,
  });
  const safe = createSafe(form.dataset.user);
  const unfinished = createUnfinished(form, sender, say);
  let items = [];

  const summarise = () => {
    const of = (...states) => items.filter((item) => states.includes(item.state)).length;
    const counted = items.filter((item) => item.state !== SAME);
    const sum = counted.reduce((bytes, item) => bytes + item.file.size, 0);
    const sent = counted.reduce((bytes, item) => bytes + (item.state === DONE ? item.file.size : item.sent), 0);
    const isBusy = items.some(isActive);
    queue.hidden = items.length === 0;
    form.classList.toggle("has-queue", items.length > 0);
    total.value = sum ? sent / sum : 0;
    const sentences = [say("sent_of", { done: of(DONE), all: counted.length })];
    if (of(FAILED)) {
      sentences.push(say("not_sent", { count: of(FAILED) }));
    }
    if (of(CANCELLED)) {
      sentences.push(say("cancelled_count", { count: of(CANCELLED) }));
    }
    if (of(PAUSED)) {
      sentences.push(say("paused_count", { count: of(PAUSED) }));
    }
    const told = sentences.join(" ");
    if (text.textContent !== told) {
      text.textContent = told;
    }
    cancelAll.hidden = !isBusy;
    retryAll.hidden = isBusy || items.every((item) => item.retry.hidden);
    clear.hidden = isBusy;
  };

  const put = (item, state, note) => {
    show(item, say, state, note);
    summarise();
  };
  const fail = (item, isFinal, sentence) => {
    Object.assign(item, { isFinal, sent: 0 });
    put(item, FAILED, isFinal ? sentence : `${sentence} ${say("is_kept_here")}`);
  };

  /* Of a refusal in the server's own words; what stands between has none, then the status tells */
  const reasonOf = ({ status, code, sentence }) => {
    if (sentence) {
      return sentence;
    }
    if (code === "unreadable") {
      return say("unreadable");
    }
    return say(BY_STATUS.has(status) ? `refused_${status}` : "refused", { limit: sizeOf(limit), status });
  };

  const sendOut = (item) => {
    const callbacks = {
      onProgress: (far) => {
        showProgress(item, say, far);
        summarise();
      },
      onWaiting: (why) => {
        showPause(item, say, why);
        summarise();
        safe.keep(item.clientId, item.file, { caseId, microscope: form.elements.microscope?.value ?? "", replaces });
      },
      onDone: ({ image, field, isNew }) => {
        safe.forget(item.clientId);
        put(
          item,
          DONE,
          `${say(isNew ? "received" : "already_here", { field })} ${item.left ? say(item.left) : ""}`.trim(),
        );
        refreshCase();
        sendNext();
        if (nextPage) {
          window.location.assign(`${nextPage}#image-${image}`);
        }
      },
      onRefused: (refusal) => {
        safe.forget(item.clientId);
        fail(item, refusal.isFinal, reasonOf(refusal));
        sendNext();
      },
    };
    item.handle = sender.send(item.file, {
      caseId,
      replaces,
      /* As it is chosen when this file goes: the next ones may be of another microscope */
      microscope: form.elements.microscope?.value ?? "",
      sha256: item.sha256,
      clientId: item.clientId,
      url: unfinished.take(item.sha256),
      ...callbacks,
    });
    item.clientId = item.handle.clientId;
  };

  /* What a laboratory does not want to know of a picture is left out before anything of it is hashed or sent */
  const leaveOut = async (item) => {
    if ("leaveOut" in form.dataset && item.left === undefined) {
      const { file, leftOut, asItIs } = await withoutMetadata(item.file);
      Object.assign(item, { file, left: leftOut ? "left_out" : asItIs && "left_as_it_is" });
    }
  };

  const begin = async (item) => {
    item.turn += 1;
    const turn = item.turn;
    put(item, SENDING, say("preparing"));
    try {
      await leaveOut(item);
      item.sha256 ||= await sha256Of(item.file);
    } catch {
      item.isUnreadable = true;
    }
    /* Cancelled and retried meanwhile: its newer turn goes on */
    if (turn !== item.turn) {
      return;
    }
    const isSame = (other) => other !== item && other.sha256 === item.sha256 && isActive(other);
    if (item.isUnreadable) {
      fail(item, true, say("unreadable"));
    } else if (item.state === SENDING && item.sha256 && items.some(isSame)) {
      put(item, SAME, say("same_file"));
    }
    if (item.state === SENDING) {
      sendOut(item);
    } else {
      sendNext();
    }
  };

  const sendNext = () => {
    const busy = items.filter((item) => item.state === SENDING || item.state === PAUSED).length;
    items
      .filter((item) => item.state === WAITING)
      .slice(0, Math.max(0, AT_ONCE - busy))
      .forEach(begin);
    summarise();
  };

  const retry = (item) => {
    put(item, WAITING, say("waiting"));
    sendNext();
  };

  const stop = async (item) => {
    const handle = item.handle;
    item.sent = 0;
    safe.forget(item.clientId);
    item.clientId = "";
    put(item, CANCELLED, say("cancelled"));
    sendNext();
    if (handle && !(await handle.cancel()) && item.state === CANCELLED) {
      put(item, CANCELLED, say("cancelled_here"));
    }
  };

  const takeOff = (item) => {
    items = items.filter((other) => other !== item);
    dispose(item);
    summarise();
  };

  const add = (file) => {
    const item = createItem(file, template, say);
    item.retry.addEventListener("click", () => retry(item));
    item.remove.addEventListener("click", () => (isActive(item) ? stop(item) : takeOff(item)));
    items.push(item);
    list.append(item.row);
    if (limit && file.size > limit) {
      fail(item, true, say("too_large", { size: sizeOf(file.size), limit: sizeOf(limit) }));
    } else {
      put(item, WAITING, say("waiting"));
    }
  };

  const take = (files) => {
    [...files].forEach(add);
    sendNext();
  };

  for (const input of form.querySelectorAll("input[type=file]")) {
    const takeChosen = () => {
      take(input.files);
      input.value = "";
    };
    if (replaces) {
      form.addEventListener("submit", takeChosen);
    } else {
      input.addEventListener("change", takeChosen);
      /* Chosen before this script was here, as on a slow line */
      if (input.files.length) {
        takeChosen();
      }
    }
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  cancelAll.addEventListener("click", () => items.filter(isActive).forEach(stop));
  retryAll.addEventListener("click", () => {
    items.filter((item) => !item.retry.hidden).forEach((item) => show(item, say, WAITING, say("waiting")));
    sendNext();
  });
  clear.addEventListener("click", () => items.forEach(takeOff));
  acceptDrops(form.querySelector("[data-drop]"), take);
  window.addEventListener("beforeunload", (event) => {
    if (items.some(isActive)) {
      event.preventDefault();
    }
  });
};

document.querySelectorAll("form[data-upload]").forEach(start);
