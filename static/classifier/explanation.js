/* Asks what the model saw in the chosen cell, and forgets the answer when another cell is chosen. */
import { gettext } from "../shared/words.js";

const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Start the panel within `root`; answers `show(cell)`, to be told of every chosen cell. Null where there is no panel. */
export const startExplanation = (root) => {
  if (!root) {
    return null;
  }
  const answer = root.querySelector("[data-explanation]");
  const button = root.querySelector("[data-explain-ask]");
  const token = root.querySelector("[name=csrfmiddlewaretoken]").value;
  let cell = null;

  button.addEventListener("click", () => {
    if (!cell) {
      return;
    }
    window.htmx.ajax("POST", root.dataset.address.replace(NOBODY, cell.id), {
      source: root,
      target: answer,
      swap: "innerHTML",
      values: { label: cell.best },
      headers: { "X-CSRFToken": token },
    });
  });
  /* A refusal is a sentence for the person, not a fault of the line */
  root.addEventListener("htmx:beforeSwap", (event) => {
    if ([403, 409, 422].includes(event.detail.xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  root.addEventListener("htmx:responseError", () => {
    answer.textContent = gettext("The explanation could not be asked for. Try again in a moment.");
  });
  return {
    show(chosen) {
      cell = chosen;
      answer.replaceChildren();
      button.disabled = !cell || !cell.best;
    },
  };
};
