/* Sending pictures to try: dropped, pasted or chosen, with progress. Without scripts the form does the same. */
import { gettext, ngettext } from "../shared/words.js";

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
  const rest = () => {
    progress.hidden = true;
    button.disabled = false;
  };
  const heard = (request) => {
    let said = null;
    try {
      said = JSON.parse(request.responseText);
    } catch {
      /* A page instead of an answer: nothing of it can be told. */
    }
    if (said?.address) {
      window.location.assign(said.address);
      return;
    }
    rest();
    const sentence = said?.sentence ?? gettext("The pictures could not be sent. Load the page again.");
    refuse(said?.refusals ?? [{ name: "", sentence }]);
  };
  const send = () => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      progress.value = event.lengthComputable ? (100 * event.loaded) / event.total : 0;
    });
    request.addEventListener("load", () => heard(request));
    request.addEventListener("error", () => {
      rest();
      refuse([{ name: "", sentence: gettext("The connection broke off. Send the pictures again.") }]);
    });
    refusals.replaceChildren();
    progress.hidden = false;
    button.disabled = true;
    request.send(new FormData(form));
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
