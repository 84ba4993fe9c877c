/* Naming cells before the model does: a key names the cell that is marked and goes on. Without scripts the choices do the same. */
import { createKeyMap } from "../shared/keys.js";
import { isTyping } from "../shared/typing.js";

const start = (form) => {
  const { keys } = JSON.parse(document.getElementById("naming-data").textContent);
  const keyMap = createKeyMap(keys);
  const cells = [...form.querySelectorAll("[data-cell]")];
  let at = 0;

  const mark = (to) => {
    at = Math.min(Math.max(to, 0), cells.length - 1);
    cells.forEach((cell, number) => cell.classList.toggle("marked", number === at));
    cells[at].scrollIntoView({ block: "nearest" });
  };
  form.addEventListener("change", (event) => mark(cells.indexOf(event.target.closest("[data-cell]"))));
  /* Before the frame hears it */
  const hear = (event) => {
    const isChoosing = event.target instanceof HTMLInputElement && event.target.type === "radio";
    if (isTyping(event.target) && !isChoosing) {
      return;
    }
    const command = keyMap.commandOf(event);
    if (!command || (isChoosing && event.key.startsWith("Arrow"))) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (command === "next" || command === "previous") {
      mark(at + (command === "next" ? 1 : -1));
      return;
    }
    cells[at].querySelector(`[value="${command.replace("label.", "")}"]`).checked = true;
    if (at === cells.length - 1) {
      form.querySelector("[type=submit]").focus();
    } else {
      mark(at + 1);
    }
  };
  window.addEventListener("keydown", hear, { capture: true });
  mark(0);
  form.dataset.ready = "";
};

document.querySelectorAll("[data-naming]").forEach(start);
