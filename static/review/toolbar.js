/* The buttons that act on the chosen cells: which are pressed, which can be, and the keys written on them. */
import { ngettext } from "../shared/words.js";
import { shownLabel } from "./order.js";

export const createToolbar = (store) => {
  const buttons = (name) => document.querySelectorAll(`[data-do='${name}']`);
  const enable = (name, on) => {
    for (const button of buttons(name)) {
      button.disabled = !on;
    }
  };
  const press = (name, on) => buttons(name)[0]?.setAttribute("aria-pressed", String(on));

  return {
    render() {
      const chosen = store.chosenCells();
      const cell = store.cell(store.at());
      const label = chosen.length === 1 && cell && !cell.excluded ? shownLabel(cell, store.hidden()) : null;
      for (const button of document.querySelectorAll("[data-do^='label.']")) {
        button.classList.toggle("is-now", button.dataset.do === `label.${label}`);
      }
      enable("undo", store.state.undo || store.pending.length);
      enable("redo", store.state.redo);
      press("flag", chosen.length > 0 && chosen.every((each) => each.flagged));
      press("exclude", chosen.length > 0 && chosen.every((each) => each.excluded));
      document.querySelector("[data-chosen]").textContent =
        chosen.length > 1 ? ngettext("{count} chosen", "{count} chosen", chosen.length) : "";
    },
    /* `first(command)` is the first key of a command in words */
    showKeys(first) {
      for (const button of document.querySelectorAll("[data-do]")) {
        const hint = button.querySelector("kbd");
        const key = first(button.dataset.do);
        if (hint) {
          hint.textContent = key;
        }
        if (button.dataset.says) {
          button.title = key ? `${button.dataset.says} (${key})` : button.dataset.says;
        }
      }
    },
  };
};
