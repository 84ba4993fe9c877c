/* A field of the atlas: the person's key for boxes ticks and unticks them; what that does is the style sheet's. */
import { keyOf } from "../shared/keys.js";

const box = document.querySelector("[data-boxes]");

document.addEventListener("keydown", (event) => {
  if (box && !event.target.closest("input:not([data-boxes]), select, textarea, dialog")) {
    if (box.dataset.keys.split("\n").includes(keyOf(event))) {
      box.checked = !box.checked;
      event.preventDefault();
    }
  }
});
