/* Uploading: one request a file, two at a time, each with its own progress, sentence and retry.
   A file that failed stays in the page until it was sent or taken out, also when the line drops. */
const AT_ONCE = 2;
const WAITING = "waiting";
const SENDING = "sending";
const DONE = "done";
const FAILED = "failed";
const CANCELLED = "cancelled";
/* Sent again, the same bytes would be refused again */
const FINAL_REFUSALS = new Set([413, 415, 422]);

const start = (form) => {
  const drop = form.querySelector("[data-drop]");
  const queue = form.querySelector("[data-queue]");
  const list = form.querySelector("[data-queue-rows]");
  const template = form.querySelector("[data-queue-row]");
  const total = form.querySelector("[data-queue-progress]");
  const say = form.querySelector("[data-queue-text]");
  const cancelAll = form.querySelector("[data-queue-cancel]");
  const retryAll = form.querySelector("[data-queue-retry]");
  const clear = form.querySelector("[data-queue-clear]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const limit = Number(form.dataset.maxBytes);
  const items = [];

  const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
  const megabytes = (bytes) =>
    bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

  /* The case as it is now. htmx remembers the element that an answer is for: where an earlier answer takes it away, this
     one is dropped, and the newest image with it, for good where nothing is left to be analysed. So one request goes
     after the other, and what the page asked by itself meanwhile is not heard */
  const refresh = async (place) => {
    const ignore = (event) => event.target === place && event.preventDefault();
    place.addEventListener("htmx:beforeOnLoad", ignore);
    const options = { target: place, swap: "outerHTML" };
    await window.htmx.ajax("GET", place.dataset.liveUrl, options).catch(() => {});
    place.removeEventListener("htmx:beforeOnLoad", ignore);
  };
  let refreshing = false;
  let stale = false;
  const refreshCase = async () => {
    stale = true;
    if (refreshing || !window.htmx) {
      return;
    }
    refreshing = true;
    let place = document.getElementById("case-live");
    while (place && stale) {
      stale = false;
      await refresh(place);
      place = document.getElementById("case-live");
    }
    refreshing = false;
  };

  const summarise = () => {
    const of = (state) => items.filter((item) => item.state === state).length;
    const active = of(WAITING) + of(SENDING);
    const sum = items.reduce((bytes, item) => bytes + item.file.size, 0);
    const sent = items.reduce((bytes, item) => bytes + (item.state === DONE ? item.file.size : item.sent), 0);
    queue.hidden = items.length === 0;
    form.classList.toggle("has-queue", items.length > 0);
    total.value = sum ? sent / sum : 0;
    const words = [`${of(DONE)} of ${plural(items.length, "file")} sent`];
    if (of(FAILED)) {
      words.push(`${of(FAILED)} not sent`);
    }
    if (of(CANCELLED)) {
      words.push(`${of(CANCELLED)} cancelled`);
    }
    if (active && !navigator.onLine) {
      words.push("no connection, files are kept here");
    }
    say.textContent = words.join(", ");
    cancelAll.hidden = active === 0;
    retryAll.hidden = active > 0 || items.every((item) => item.retry.hidden);
    clear.hidden = active > 0;
  };

  const show = (item, state, note) => {
    item.state = state;
    item.row.className = `queue-row ${state}`;
    item.note.textContent = note;
    item.retry.hidden = (state !== FAILED || item.isFinal) && state !== CANCELLED;
    item.remove.setAttribute(
      "aria-label",
      state === SENDING || state === WAITING ? `Cancel ${item.file.name}` : `Take ${item.file.name} off the list`,
    );
    summarise();
  };

  const answerOf = (request) => {
    const type = request.getResponseHeader("Content-Type") || "";
    try {
      return type.includes("json") ? JSON.parse(request.responseText) : null;
    } catch {
      return { sentence: "The answer was cut short. The file is kept here: retry." };
    }
  };

  const reason = (request) => {
    if (request.status === 413) {
      return `The file is larger than the limit of ${megabytes(limit)}.`;
    }
    if (request.status === 403 || request.responseURL.includes("/accounts/")) {
      return "You were signed out. Sign in again in another tab, then retry: the file is kept here.";
    }
    if (request.status === 404 || request.status === 409) {
      return "This case takes no images any more. Reload the page to see its state.";
    }
    return "Something went wrong on our side. The file is kept here: retry in a moment.";
  };

  const send = (item) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("files", item.file, item.file.name);
    /* As it is chosen when this file goes: the next ones may be of another microscope */
    body.append("microscope", form.elements.microscope?.value ?? "");
    item.request = request;
    item.sent = 0;
    item.bar.value = 0;
    show(item, SENDING, `Sending ${megabytes(item.file.size)}`);
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRFToken", token);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) {
        item.sent = Math.min(item.file.size, event.loaded);
        item.bar.value = event.loaded / event.total;
        if (event.loaded === event.total) {
          item.note.textContent = "Checking";
        }
        summarise();
      }
    });
    request.addEventListener("load", () => {
      const answer = answerOf(request);
      if (request.status >= 200 && request.status < 300 && answer?.id) {
        show(item, DONE, answer.sentence);
        refreshCase();
      } else {
        item.sent = 0;
        item.isFinal = FINAL_REFUSALS.has(request.status);
        show(item, FAILED, answer?.sentence || answer?.detail || reason(request));
      }
      next();
    });
    request.addEventListener("error", () => {
      item.sent = 0;
      show(item, FAILED, "No connection. The file is kept here: retry when you are online.");
      next();
    });
    request.addEventListener("abort", () => {
      item.sent = 0;
      show(item, CANCELLED, "Cancelled. Nothing of it was kept.");
      next();
    });
    request.send(body);
  };

  const next = () => {
    const sending = items.filter((item) => item.state === SENDING).length;
    const waiting = items.filter((item) => item.state === WAITING).slice(0, Math.max(0, AT_ONCE - sending));
    waiting.forEach(send);
    summarise();
  };

  const retry = (item) => {
    show(item, WAITING, "Waiting");
    next();
  };

  const stop = (item) => {
    if (item.state === SENDING) {
      item.request.abort();
    } else if (item.state === WAITING) {
      show(item, CANCELLED, "Cancelled before it was sent.");
    }
  };

  const takeOff = (item) => {
    URL.revokeObjectURL(item.preview);
    items.splice(items.indexOf(item), 1);
    item.row.remove();
    summarise();
  };

  const add = (file) => {
    const row = template.content.firstElementChild.cloneNode(true);
    const item = {
      file,
      row,
      sent: 0,
      state: WAITING,
      note: row.querySelector(".queue-note"),
      bar: row.querySelector("progress"),
      retry: row.querySelector("[data-row-retry]"),
      remove: row.querySelector("[data-row-remove]"),
      preview: "",
      isFinal: false,
    };
    row.querySelector(".queue-name").textContent = file.name;
    item.bar.setAttribute("aria-label", `Progress of ${file.name}`);
    item.retry.setAttribute("aria-label", `Retry ${file.name}`);
    item.retry.addEventListener("click", () => retry(item));
    item.remove.addEventListener("click", () => {
      if (item.state === SENDING || item.state === WAITING) {
        stop(item);
      } else {
        takeOff(item);
      }
    });
    if (/^image\/(jpeg|png|webp|bmp)$/.test(file.type)) {
      item.preview = URL.createObjectURL(file);
      const picture = new Image(48, 36);
      picture.alt = "";
      picture.decoding = "async";
      picture.addEventListener("load", () => row.querySelector(".queue-thumb").replaceChildren(picture));
      picture.src = item.preview;
    }
    items.push(item);
    list.append(row);
    if (limit && file.size > limit) {
      item.isFinal = true;
      show(
        item,
        FAILED,
        `${megabytes(file.size)} is larger than the limit of ${megabytes(limit)}. Send a smaller picture.`,
      );
    } else {
      show(item, WAITING, "Waiting");
    }
  };

  const take = (files) => {
    for (const file of files) {
      add(file);
    }
    next();
  };

  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      take(input.files);
      input.value = "";
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  cancelAll.addEventListener("click", () => [...items].forEach(stop));
  retryAll.addEventListener("click", () => {
    items.filter((item) => !item.retry.hidden).forEach((item) => show(item, WAITING, "Waiting"));
    next();
  });
  clear.addEventListener("click", () => [...items].forEach(takeOff));

  let depth = 0;
  drop.addEventListener("dragenter", () => {
    depth += 1;
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => {
    depth -= 1;
    drop.classList.toggle("over", depth > 0);
  });
  drop.addEventListener("drop", (event) => {
    depth = 0;
    drop.classList.remove("over");
    take(event.dataTransfer.files);
  });
  /* A picture dropped beside the target must not replace the page */
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => {
      if (event.dataTransfer?.types.includes("Files")) {
        event.preventDefault();
      }
    });
  }
  window.addEventListener("online", () => {
    items.filter((item) => item.state === FAILED && item.note.textContent.startsWith("No connection")).forEach(retry);
  });
  window.addEventListener("offline", summarise);
  window.addEventListener("beforeunload", (event) => {
    if (items.some((item) => item.state === SENDING || item.state === WAITING)) {
      event.preventDefault();
    }
  });
};

document.querySelectorAll("form[data-upload]").forEach(start);
