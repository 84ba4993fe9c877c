/* A field's page: keeps field, gallery and panel on the same cell, and answers the keys. */
(() => {
  "use strict";
  const { isTyping, percent, drawCell, spanOf } = window.hematovision;
  const PANEL_SIDE = 144;
  const PANEL_UM = 26;

  const startPanel = (panel, data, picture) => {
    const part = (name) => panel.querySelector(`[data-${name}]`);
    const rows = new Map([...panel.querySelectorAll("[data-class]")].map((row) => [row.dataset.class, row]));
    const span = spanOf(data, PANEL_UM);
    return (cell) => {
      const item = data.classes[cell.label] || data.classes.unidentified;
      part("cell-none").hidden = true;
      part("cell-shown").hidden = false;
      panel.className = `cell-panel cell-${cell.label || "unidentified"}`;
      part("cell-letter").textContent = item.letter;
      part("cell-label").textContent = item.label;
      part("cell-score").textContent = cell.human ? "Labelled by a person" : `Score ${percent(cell.score)}`;
      const best = data.classes[cell.best];
      part("cell-doubt").textContent = cell.identified || !best ? "" : `Too doubtful to name. Nearest: ${best.label.toLowerCase()}.`;
      const facts = [`Cell ${cell.n}`, cell.human ? "reviewed" : "suggested, not reviewed"];
      if (data.umPerPx) {
        facts.push(`${(cell.box[2] * data.umPerPx).toFixed(1)} × ${(cell.box[3] * data.umPerPx).toFixed(1)} µm`);
      }
      part("cell-facts").textContent = facts.join(", ");
      part("cell-model").textContent = cell.model ? `Model ${cell.model}` : "";
      for (const [code, row] of rows) {
        const share = cell.probabilities[code];
        row.querySelector(".fill").setAttribute("width", ((share || 0) * 100).toFixed(2));
        row.querySelector("[data-share]").textContent = share === undefined ? "" : percent(share);
        row.classList.toggle("best", code === cell.best);
      }
      if (picture.complete && picture.naturalWidth) {
        drawCell(part("crop"), picture, data, cell, span, PANEL_SIDE);
      }
    };
  };

  const start = () => {
    const holder = document.getElementById("viewer-data");
    const element = document.getElementById("osd");
    if (!holder || !element) {
      return;
    }
    const data = JSON.parse(holder.textContent);
    const root = document.querySelector("[data-viewer]");
    const loading = root.querySelector("[data-loading]");
    const panel = document.getElementById("cell-panel");
    const grid = root.querySelector("[data-gallery]");
    const boxes = root.querySelector("[data-boxes]");
    const picture = new Image();
    const byId = new Map(data.cells.map((cell) => [cell.id, cell]));
    let chosen = null;
    let settled = false;

    const pick = (cell, closeUp) => {
      chosen = cell;
      field.show(cell, closeUp);
      gallery?.show(cell);
      showPanel?.(cell);
      document.dispatchEvent(new CustomEvent("hematovision:cell", { detail: cell }));
      history.replaceState(null, "", `#cell-${cell.id}`);
    };
    const pickFromAddress = () => {
      const cell = byId.get(window.location.hash.replace("#cell-", ""));
      if (cell) {
        pick(cell, true);
      }
      return Boolean(cell);
    };
    const setFilter = (label) => {
      for (const button of root.querySelectorAll("[data-filter]")) {
        button.setAttribute("aria-pressed", String(button.dataset.filter === label));
      }
      field.filter(label);
      gallery.filter(label);
    };
    const setBoxes = (on) => {
      boxes?.setAttribute("aria-pressed", String(on));
      field.showBoxes(on);
    };

    const field = window.hematovision.createField(element, data, {
      onPick: (cell) => pick(cell, false),
      onReady: () => {
        loading.hidden = true;
        picture.src = data.display;
      },
      onFail: () => {
        loading.textContent = "The picture could not be loaded. Check the connection and reload the page.";
        loading.classList.add("failed");
      },
    });
    const gallery = grid
      ? window.hematovision.createGallery(grid, data, {
          onPick: (cell) => {
            pick(cell, false);
            /* On a phone the panel stands above the gallery: show what was asked for */
            if (settled && window.matchMedia("(max-width: 56rem)").matches) {
              panel.scrollIntoView({ block: "nearest" });
            }
          },
          onOpen: (cell) => pick(cell, true),
        })
      : null;
    const showPanel = panel ? startPanel(panel, data, picture) : null;
    picture.addEventListener("load", () => {
      gallery?.paint(picture);
      if (!pickFromAddress() && gallery) {
        gallery.step(1);
      }
      settled = true;
    });
    const wanted = new URLSearchParams(window.location.search).get("class");
    if (gallery && wanted && data.cells.some((cell) => cell.label === wanted)) {
      setFilter(wanted);
    }

    root.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) {
        return;
      }
      if (button.dataset.zoom) {
        field.zoom(button.dataset.zoom);
      } else if ("boxes" in button.dataset) {
        setBoxes(button.getAttribute("aria-pressed") !== "true");
      } else if ("filter" in button.dataset) {
        setFilter(button.dataset.filter);
      } else if (button.dataset.step) {
        gallery.step(Number(button.dataset.step));
      } else if ("closeUp" in button.dataset && chosen) {
        pick(chosen, true);
      }
    });

    const keys = {
      j: () => gallery?.step(1),
      k: () => gallery?.step(-1),
      "+": () => field.zoom("in"),
      "=": () => field.zoom("in"),
      "-": () => field.zoom("out"),
      0: () => field.zoom("home"),
      b: () => boxes && setBoxes(boxes.getAttribute("aria-pressed") !== "true"),
      f: () => chosen && pick(chosen, true),
      "[": () => document.querySelector(".viewer-fields a[rel=prev]")?.click(),
      "]": () => document.querySelector(".viewer-fields a[rel=next]")?.click(),
    };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) {
        return;
      }
      const act = keys[event.key.toLowerCase()];
      if (act) {
        event.preventDefault();
        event.stopPropagation();
        act();
      }
    });
  };
  document.addEventListener("DOMContentLoaded", start);
})();
