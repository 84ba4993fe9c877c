/* Runs before the first paint: puts the chosen theme on the root, so that no page flashes the other one. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const chosen = localStorage.getItem("hematovision.theme");
    if (chosen === "light" || chosen === "dark") {
      root.dataset.theme = chosen;
    }
  } catch {
    /* Storage is closed in some private windows; the system's theme then stays. */
    root.dataset.storage = "closed";
  }
})();
