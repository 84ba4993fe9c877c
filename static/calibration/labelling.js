/* Naming cells by keyboard: a key presses the button of its class. Without scripts the buttons do the same. */
import { createKeyMap } from "../shared/keys.js";
import { isTyping } from "../shared/typing.js";

const CODE_OF = { exclude: "excluded" };

const start = (root) => {
  const { keys } = JSON.parse(document.getElementById("calibration-data").textContent);
  const keyMap = createKeyMap(keys);
  const palette = root.querySelector("[data-palette]");
  const large = root.querySelector("[data-large]");
  const said = root.querySelector("[data-said]");
  const cells = [...document.querySelectorAll(".cal-cell")];
  const at = cells.findIndex((cell) => cell.getAttribute("aria-current"));

  /* Nobody names a cell that is not there to be seen. */
  const isShown = () => large.complete && large.naturalWidth > 0;
  palette.addEventListener("submit", (event) => {
    if (!isShown()) {
      event.preventDefault();
      said.textContent = large.complete ? palette.dataset.failed : palette.dataset.wait;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isTyping(event.target)) {
      return;
    }
    const command = keyMap.commandOf(event);
    if (command === "next" || command === "previous") {
      cells[at + (command === "next" ? 1 : -1)]?.click();
    } else if (command) {
      const code = CODE_OF[command] ?? command.replace("label.", "");
      palette.querySelector(`button[value="${code}"]`)?.click();
    } else {
      return;
    }
    event.preventDefault();
  });
  root.dataset.ready = "";
};

document.querySelectorAll("[data-labelling]").forEach(start);
