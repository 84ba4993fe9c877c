/* Sending pictures to try: dropped, pasted or chosen, one after the other, with progress. Without scripts the form does the same. */
import { gettext, ngettext } from "../shared/words.js";

/* Whoever sends too many, or forgot the tick, is told so once */
const OF_ALL = [422, 429];

/** What the server says of one picture: {address}, or {refusals} with the status. */
const post = (form, file, onShare) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const refuse = (sentence) => resolve({ refusals: [{ name: "", sentence }], status: OF_ALL[0] });
    const sent = new FormData(form);
    sent.delete("photo");
    sent.delete("pictures");
    if (file) {
      sent.append("pictures", file);
    }
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      onShare(event.lengthComputable ? event.loaded / event.total : 0);
    });
    request.addEventListener("load", () => {
      let said = {};
      try {
        said = JSON.parse(request.responseText);
      } catch {
        /* A page instead of an answer: nothing of it can be told. */
      }
      if (said.address || said.refusals) {
        resolve({ ...said, status: request.status });
      } else {
        refuse(said.sentence ?? gettext("The pictures could not be sent. Load the page again."));
      }
    });
    request.addEventListener("error", () => refuse(gettext("The connection broke off. Send the pictures again.")));
    request.send(sent);
  });

const start = (form) => {
  const input = form.querySelector("[name=pictures]");
  const photo = form.querySelector("[name=photo]");
  const drop = form.querySelector("[data-drop]");
  const chosen = form.querySelector("[data-chosen]");
  const refusals = form.querySelector("[data-refusals]");
  const progress = form.querySelector("[data-progress]");
  const button = form.querySelector("[type=submit]");

  const tell = () => {
    const number = input.files.length + photo.files.length;
    chosen.textContent = number ? ngettext("{count} picture chosen.", "{count} pictures chosen.", number) : "";
  };
  const take = (files) => {
    if (files.length) {
      input.files = files;
      tell();
    }
  };
  const refuse = (sentences) => {
    const list = document.createElement("ul");
    list.className = "try-refusals notice tone-danger";
    list.setAttribute("role", "alert");
    list.append(
      ...sentences.map(({ name, sentence }) => {
        const item = document.createElement("li");
        item.textContent = name ? `${name}: ${sentence}` : sentence;
        return item;
      }),
    );
    refusals.replaceChildren(list);
  };
  const showSent = async (number) => {
    form.reset();
    chosen.textContent = ngettext("{count} picture was sent.", "{count} pictures were sent.", number);
    await window.htmx.ajax("GET", form.action, { target: "#yours", select: "#yours", swap: "outerHTML" });
    document.getElementById("yours").scrollIntoView({ block: "nearest" });
  };
  const send = async () => {
    const files = [...input.files, ...photo.files];
    const addresses = [];
    const wrong = [];
    refusals.replaceChildren();
    progress.value = 0;
    progress.hidden = false;
    button.disabled = true;
    for (const [number, file] of (files.length ? files : [null]).entries()) {
      const said = await post(form, file, (share) => {
        progress.value = (100 * (number + share)) / Math.max(files.length, 1);
      });
      if (said.address) {
        addresses.push(said.address);
      } else {
        wrong.push(...said.refusals);
        if (OF_ALL.includes(said.status)) {
          break;
        }
      }
    }
    if (addresses.length === 1 && !wrong.length) {
      window.location.assign(addresses[0]);
      return;
    }
    progress.hidden = true;
    button.disabled = false;
    if (addresses.length) {
      await showSent(addresses.length);
    }
    if (wrong.length) {
      refuse(wrong);
    }
  };

  for (const field of [input, photo]) {
    field.addEventListener("change", tell);
  }
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
    });
  }
  drop.addEventListener("drop", (event) => take(event.dataTransfer.files));
  document.addEventListener("paste", (event) => take(event.clipboardData.files));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  form.dataset.ready = "";
};

document.querySelectorAll("[data-try]").forEach(start);
