/* One file of the list: its picture, its name, what is said of it, how far it is, and its two buttons. */
import { percentOf, sizeOf } from "../shared/template_words.js";

export const WAITING = "waiting";
export const SENDING = "sending";
export const PAUSED = "paused";
export const DONE = "done";
export const FAILED = "failed";
export const CANCELLED = "cancelled";
/* The same file as another one of the list */
export const SAME = "same";

const ACTIVE = new Set([WAITING, SENDING, PAUSED]);
const SHOWN_BY_BROWSERS = /^image\/(jpeg|png|webp|bmp)$/;

export const isActive = (item) => ACTIVE.has(item.state);
const isRepeatable = (item) => item.state === CANCELLED || (item.state === FAILED && !item.isFinal);

const thumbnail = (item) => {
  if (SHOWN_BY_BROWSERS.test(item.file.type)) {
    item.preview = URL.createObjectURL(item.file);
    const picture = new Image(48, 36);
    picture.alt = "";
    picture.decoding = "async";
    picture.addEventListener("load", () => item.row.querySelector(".queue-thumb").replaceChildren(picture));
    picture.src = item.preview;
  }
};

/** A row made of `template` for a file; `show(item, state, note)` changes it. */
export const createItem = (file, template, say) => {
  const row = template.content.firstElementChild.cloneNode(true);
  const item = {
    file,
    row,
    state: WAITING,
    sent: 0,
    kept: 0,
    isFinal: false,
    isUnreadable: false,
    turn: 0,
    preview: "",
    sha256: "",
    clientId: "",
    note: row.querySelector(".queue-note"),
    bar: row.querySelector("progress"),
    retry: row.querySelector("[data-row-retry]"),
    remove: row.querySelector("[data-row-remove]"),
  };
  row.querySelector(".queue-name").textContent = file.name;
  item.bar.setAttribute("aria-label", say("progress_of", { name: file.name }));
  item.retry.setAttribute("aria-label", say("retry_of", { name: file.name }));
  thumbnail(item);
  return item;
};

export const show = (item, say, state, note) => {
  item.state = state;
  item.row.className = `queue-row ${state}`;
  item.note.textContent = note;
  item.retry.hidden = !isRepeatable(item);
  item.remove.setAttribute("aria-label", say(isActive(item) ? "cancel_of" : "take_off", { name: item.file.name }));
};

/** How far it is, in bytes and percent; with the last byte sent, that the answer is waited for. */
export const showProgress = (item, say, { sent, kept, total }) => {
  item.sent = sent;
  item.kept = kept;
  item.bar.value = total ? sent / total : 0;
  const values = { sent: sizeOf(sent), total: sizeOf(total), percent: percentOf(sent / total) };
  show(item, say, SENDING, say(sent < total ? "sending" : "all_sent", values));
};

/** Why it waits, and how much of it the server has for certain. */
export const showPause = (item, say, why) => {
  const kept = sizeOf(item.kept);
  const values = { kept, total: sizeOf(item.file.size), percent: percentOf(item.kept / item.file.size) };
  show(item, say, PAUSED, `${say(`wait_${why}`)} ${say(item.kept ? "has_arrived" : "nothing_arrived", values)}`);
};

export const dispose = (item) => {
  URL.revokeObjectURL(item.preview);
  item.row.remove();
};
