/* A timed differential with keys alone: each press is kept on the server in the background, in order; until it is, it lies in
   the session of this tab, so that a reload loses none. Without this script the same forms work one page at a time. */
import { keyOf } from "../shared/keys.js";
import { createOutbox } from "../shared/outbox.js";
import { isTyping } from "../shared/typing.js";
import { gettext } from "../shared/words.js";
import { createCalls } from "./calls.js";

const SIDE = 256;
const MARGIN = 12;
const AGAIN_MS = 2000;
const MOST_ENTRIES = 500;

const post = (address) => async (entries, token) => {
  const answer = await fetch(address, {
    method: "POST",
    credentials: "same-origin",
    redirect: "manual",
    keepalive: true,
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify({ entries: entries.map(({ code: { label, ...entry } }) => ({ ...entry, code: label })) }),
  }).catch(() => null);
  if (!answer) {
    return null;
  }
  const json = (answer.headers.get("Content-Type") || "").includes("json");
  const problem = answer.ok || !json ? {} : await answer.json().catch(() => ({}));
  return {
    status: answer.status,
    signedOut: answer.type === "opaqueredirect" || (answer.status === 403 && !json),
    sentence: problem.sentence,
  };
};

const renew = async () => {
  const options = { credentials: "same-origin", redirect: "manual" };
  const answer = await fetch(window.location.pathname, options).catch(() => null);
  if (!answer?.ok) {
    return "";
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("[data-calls] [name=csrfmiddlewaretoken]")?.value || "";
};

/* What waits in the session of this tab, by attempt */
const createKept = (attempt) => {
  const key = `differential-${attempt}`;
  return {
    read: () => JSON.parse(sessionStorage.getItem(key) || "[]"),
    write: (entries) => sessionStorage.setItem(key, JSON.stringify(entries)),
  };
};

const minutes = (ms) => {
  const seconds = Math.floor(ms / 1000);
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, "0")).join(":");
};

const start = (root) => {
  const data = JSON.parse(document.getElementById("differential-data").textContent);
  const find = (selector) => root.querySelector(selector);
  const [form, undoForm, finishForm] = [find("[data-calls]"), find("[data-undo]"), find("[data-finish]")];
  const undoButton = undoForm.querySelector("button");
  const finishButton = finishForm.querySelector("button");
  const buttons = [...form.querySelectorAll("button")];
  const scale = find("[data-scale]");
  const said = document.querySelector("[data-said]");
  const trouble = document.querySelector("[data-trouble]");
  const began = performance.now() - data.elapsedMs;
  const kept = createKept(data.attempt);
  const calls = createCalls(data.cells, kept.read());
  const pictures = new Map();
  let picture = find("[data-picture]");
  let shownAt = performance.now();
  let sent = 0;

  const tell = (sentence, isTrouble = false) => {
    trouble.textContent = isTrouble ? sentence : "";
    trouble.hidden = !(isTrouble && sentence);
  };
  const outbox = createOutbox({
    post: async function postParts(entries, token) {
      const part = entries.slice(0, MOST_ENTRIES);
      const answer = await post(data.answers)(part, token);
      if (!answer || answer.status >= 300 || answer.signedOut) {
        return answer;
      }
      kept.write(calls.saved(part.map(({ code }) => code)));
      return part.length < entries.length ? postParts(entries.slice(MOST_ENTRIES), token) : answer;
    },
    renew,
    token: form.elements.csrfmiddlewaretoken.value,
    tell,
  });
  const send = (entry) => {
    kept.write(calls.waiting());
    sent += 1;
    outbox.put(sent, entry);
  };

  /* Kept as elements: what is only in a cache may be gone when the line is */
  const pictureOf = (cell) => {
    if (!pictures.has(cell.position)) {
      const made = picture.cloneNode();
      made.src = cell.picture;
      made.addEventListener("load", () => {
        if (made === picture) {
          shownAt = performance.now();
        }
      });
      made.addEventListener("error", () => {
        pictures.delete(cell.position);
        window.setTimeout(() => made === picture && show(), AGAIN_MS);
      });
      pictures.set(cell.position, made);
    }
    return pictures.get(cell.position);
  };
  const showScale = (px) => {
    scale.toggleAttribute("hidden", !px);
    find("[data-bar]").hidden = !px;
    for (const bar of scale.querySelectorAll("rect")) {
      bar.setAttribute("x", String(SIDE - MARGIN - (px || 0)));
      bar.setAttribute("width", String(px || 0));
    }
  };
  const show = () => {
    const at = calls.at();
    const cell = data.cells[Math.min(at, data.cells.length - 1)];
    const atEnd = at === data.cells.length;
    const made = pictureOf(cell);
    picture.replaceWith(made);
    picture = made;
    showScale(cell.scale);
    shownAt = performance.now();
    data.cells.slice(at, at + data.ahead + 1).forEach(pictureOf);
    find("[data-number]").textContent = String(Math.min(at + 1, data.cells.length));
    find("[data-progress]").value = at;
    find("[data-at-end]").hidden = !atEnd;
    form.elements.position.value = atEnd ? "" : cell.position;
    const counts = calls.counts();
    for (const button of buttons) {
      button.querySelector("[data-count]").textContent = String(counts[button.value] ?? 0);
      button.disabled = atEnd;
    }
    undoButton.disabled = at === 0;
    finishButton.disabled = !atEnd;
    if (atEnd) {
      finishButton.focus({ preventScroll: true });
    }
  };

  const call = (button) => {
    if (button.disabled) {
      return;
    }
    if (!picture.complete || !picture.naturalWidth) {
      said.textContent = gettext("Wait for the picture, then call the cell.");
      return;
    }
    send(calls.call(button.value, Math.round(performance.now() - shownAt)));
    said.textContent = button.querySelector(".learn-name").textContent;
    show();
  };
  const undo = () => {
    const entry = calls.undo();
    if (entry) {
      send(entry);
      said.textContent = gettext("Taken back.");
      show();
    }
  };

  document.addEventListener("keydown", (event) => {
    const pressesButton = [" ", "Enter"].includes(event.key) && event.target.closest("button, a, summary");
    if (event.defaultPrevented || event.repeat || pressesButton || isTyping(event.target)) {
      return;
    }
    const name = keyOf(event);
    /* On keyboards where digits need Shift, the key itself still is the digit */
    const key = /^Digit\d$/.test(event.code) && name.length === 1 ? event.code.slice(5) : name;
    const owner = [...buttons, undoButton].find((button) => button.dataset.keys.split("\n").includes(key));
    if (owner) {
      event.preventDefault();
      (owner === undoButton ? undo : () => call(owner))();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    call(event.submitter);
  });
  undoForm.addEventListener("submit", (event) => {
    event.preventDefault();
    undo();
  });
  /* The end waits for the line: what is not kept yet goes first */
  finishForm.addEventListener("submit", (event) => {
    if (outbox.size()) {
      event.preventDefault();
      outbox.emptied().then(() => {
        delete finishForm.dataset.sent;
        finishForm.requestSubmit(finishButton);
      });
    }
  });
  window.addEventListener("online", outbox.resume);
  const clock = document.querySelector("[data-clock]");
  window.setInterval(() => {
    clock.textContent = minutes(performance.now() - began);
  }, 250);

  for (const entry of calls.waiting()) {
    send(entry);
  }
  show();
};

const page = document.querySelector("[data-differential]");
if (page?.querySelector("[data-picture]")) {
  start(page);
}
