/* Asks where the network looked in the chosen cell, and forgets the answer when another cell is chosen. */
(() => {
  "use strict";
  const NOBODY = "00000000-0000-0000-0000-000000000000";

  const start = () => {
    const root = document.querySelector("[data-explain]");
    if (!root) {
      return;
    }
    const answer = root.querySelector("[data-explanation]");
    const button = root.querySelector("[data-explain-ask]");
    const token = root.querySelector("[name=csrfmiddlewaretoken]").value;
    let cell = null;

    document.addEventListener("hematovision:cell", (event) => {
      cell = event.detail;
      answer.replaceChildren();
      button.disabled = !cell || !cell.best;
    });
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
    // A refusal is a sentence for the reader, not a fault of the line.
    root.addEventListener("htmx:beforeSwap", (event) => {
      if ([403, 409, 422].includes(event.detail.xhr.status)) {
        event.detail.shouldSwap = true;
        event.detail.isError = false;
      }
    });
    root.addEventListener("htmx:responseError", () => {
      answer.textContent = "The explanation could not be asked for. Try again in a moment.";
    });
  };
  document.addEventListener("DOMContentLoaded", start);
})();
