/* The sign page: put a text of the laboratory into the report, and ask before unsaved words are left behind. */
import { gettext } from "../shared/words.js";

const source = document.getElementById("report-texts");
const texts = source ? JSON.parse(source.textContent) : [];
const places = { comments: gettext("comments"), interpretation: gettext("interpretation") };

for (const place of document.querySelectorAll("[data-insert]")) {
  const field = document.getElementById(`id_${place.dataset.insert}`);
  const fitting = texts.filter((text) => text.part === place.dataset.part);
  if (!field || !fitting.length) {
    continue;
  }
  const choice = document.createElement("select");
  choice.setAttribute("aria-label", gettext("Insert a text into: {place}", { place: places[place.dataset.insert] }));
  choice.append(new Option(gettext("Insert a text…"), ""));
  for (const text of fitting) {
    choice.append(new Option(text.title, text.id));
  }
  choice.addEventListener("change", () => {
    const chosen = fitting.find((text) => text.id === choice.value);
    if (chosen) {
      const at = field.selectionStart ?? field.value.length;
      const before = field.value.slice(0, at);
      const gap = before && !before.endsWith("\n") ? "\n" : "";
      field.setRangeText(gap + chosen.text, at, field.selectionEnd ?? at, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    }
    choice.value = "";
  });
  place.append(choice);
}

const form = document.getElementById("sign-form");
let unsaved = false;
form?.addEventListener("input", () => {
  unsaved = true;
});
form?.addEventListener("submit", () => {
  unsaved = false;
});
window.addEventListener("beforeunload", (event) => {
  if (unsaved) {
    event.preventDefault();
  }
});
