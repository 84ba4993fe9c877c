/* A hand scanner used while no field has the focus: its code goes to the search at the top. */
import { isTyping } from "../shared/typing.js";
import { createBurst } from "./hand_scanner.js";

const search = document.getElementById("topbar-q");
/* Where single keys are commands, the first ones of a scanner have had their effect before it is known for one */
const hasKeys =
  document.querySelector("#review-data, #consult-data, #calibration-data, #viewer-data, #naming-data") !== null;

if (search && !hasKeys) {
  const burst = createBurst();
  window.addEventListener(
    "keydown",
    (event) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      const code = burst.press(event);
      if (code !== null) {
        event.preventDefault();
        search.value = code;
        search.focus();
        search.form.requestSubmit();
      }
      if (burst.isBurst()) {
        /* None of its letters is a command of the page */
        event.stopImmediatePropagation();
      }
    },
    { capture: true },
  );
}
