/* A field's page: keeps field, gallery and panel on the same cell, and answers the keys. */
import { startExplanation } from "../classifier/explanation.js";
import { drawCrop, spanOf } from "../shared/crop.js";
import { createKeyMap } from "../shared/keys.js";
import { isTyping } from "../shared/typing.js";
import { percent, scoreOf } from "../shared/wording.js";
import { gettext } from "../shared/words.js";
import { createCellGallery } from "./cell_gallery.js";
import { createFieldBoxes } from "./field_boxes.js";

const PANEL_SIDE = 144;
const PANEL_UM = 26;

const startPanel = (panel, data, picture) => {
  const part = (name) => panel.querySelector(`[data-${name}]`);
  const rows = new Map([...panel.querySelectorAll("[data-class]")].map((row) => [row.dataset.class, row]));
  const span = spanOf(data.umPerPx, PANEL_UM, data.widest);
  return (cell) => {
    const item = data.classes[cell.label] || data.classes.unidentified;
    part("cell-none").hidden = true;
    part("cell-shown").hidden = false;
    panel.className = `cell-panel cell-${cell.label || "unidentified"}`;
    part("cell-letter").textContent = item.letter;
    part("cell-label").textContent = item.label;
    part("cell-score").textContent = cell.human
      ? gettext("Labelled by a person")
      : cell.identified
        ? gettext("Score {score}", { score: percent(cell.score) })
        : gettext("Nearest: {score}", { score: scoreOf(cell.score, data.classes[cell.best]) });
    part("cell-unidentified").textContent =
      cell.identified || !cell.best
        ? ""
        : gettext("Not named: the score is too low for this class, or the cell is unusual.");
    const facts = [
      gettext("Cell {number}", { number: cell.n }),
      cell.human ? gettext("reviewed") : gettext("suggested, not reviewed"),
    ];
    if (data.umPerPx) {
      facts.push(`${(cell.box[2] * data.umPerPx).toFixed(1)} × ${(cell.box[3] * data.umPerPx).toFixed(1)} µm`);
    }
    part("cell-facts").textContent = facts.join(", ");
    part("cell-model").textContent = cell.model ? gettext("Model {name}", { name: cell.model }) : "";
    for (const [code, row] of rows) {
      const share = cell.probabilities[code];
      row.querySelector(".fill").setAttribute("width", ((share || 0) * 100).toFixed(2));
      row.querySelector("[data-share]").textContent = share === undefined ? "" : percent(share);
      row.classList.toggle("best", code === cell.best);
    }
    if (picture.complete && picture.naturalWidth) {
      drawCrop(part("crop"), picture, { imageWidth: data.width, box: cell.box, span, side: PANEL_SIDE });
    }
  };
};

/* The keys of the review. Arrows are the gallery's and the field's here, whichever has the focus */
const keysWithoutArrows = (keys) =>
  createKeyMap(
    Object.fromEntries(
      Object.entries(keys).map(([command, names]) => [command, names.filter((name) => !name.startsWith("Arrow"))]),
    ),
  );

const start = () => {
  const holder = document.getElementById("viewer-data");
  const element = document.getElementById("osd");
  if (!holder || !element) {
    return;
  }
  const data = JSON.parse(holder.textContent);
  data.widest = Math.max(0, ...data.cells.map((cell) => Math.max(cell.box[2], cell.box[3])));
  const root = document.querySelector("[data-viewer]");
  const loading = root.querySelector("[data-loading]");
  const panel = document.getElementById("cell-panel");
  const grid = root.querySelector("[data-gallery]");
  const boxes = root.querySelector("[data-do=boxes]");
  const picture = new Image();
  const keyMap = keysWithoutArrows(data.keys);
  const byId = new Map(data.cells.map((cell) => [cell.id, cell]));
  let chosen = null;
  let placed = false;

  const pick = (cell, closeUp) => {
    chosen = cell;
    field.show(cell, closeUp);
    gallery?.show(cell);
    showPanel?.(cell);
    explanation?.show(cell);
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

  const field = createFieldBoxes(element, data, {
    keyMap,
    onPick: (cell) => pick(cell, false),
    onReady: () => {
      loading.hidden = true;
      picture.src = data.display;
    },
    onFail: () => {
      loading.textContent = gettext("The picture could not be loaded. Check the connection and reload the page.");
      loading.classList.add("failed");
    },
  });
  const gallery = grid
    ? createCellGallery(grid, data, {
        onPick: (cell) => {
          pick(cell, false);
          /* On a phone the panel stands above the gallery: show what was asked for */
          if (placed && window.matchMedia("(max-width: 56rem)").matches) {
            panel.scrollIntoView({ block: "nearest" });
          }
        },
        onOpen: (cell) => pick(cell, true),
      })
    : null;
  const explanation = startExplanation(document.querySelector("[data-explain]"));
  const showPanel = panel ? startPanel(panel, data, picture) : null;
  picture.addEventListener("load", () => {
    gallery?.paint(picture);
    if (!pickFromAddress() && gallery) {
      gallery.step(1);
    }
    placed = true;
  });
  const wanted = new URLSearchParams(window.location.search).get("class");
  if (gallery && wanted && data.cells.some((cell) => cell.label === wanted)) {
    setFilter(wanted);
  }

  const follow = (rel) => document.querySelector(`.viewer-fields a[rel=${rel}]`)?.click();
  const commands = {
    next: () => gallery?.step(1),
    previous: () => gallery?.step(-1),
    zoom_in: () => field.zoom("in"),
    zoom_out: () => field.zoom("out"),
    whole_field: () => field.zoom("home"),
    boxes: () => boxes && setBoxes(boxes.getAttribute("aria-pressed") !== "true"),
    field: () => chosen && pick(chosen, true),
    previous_field: () => follow("prev"),
    next_field: () => follow("next"),
  };
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && "filter" in button.dataset) {
      setFilter(button.dataset.filter);
    } else if (button?.dataset.do) {
      commands[button.dataset.do]();
    }
  });
  listenToKeys(keyMap, commands);
};

const listenToKeys = (keyMap, commands) => {
  for (const element of document.querySelectorAll("[data-do]")) {
    const key = keyMap.first(element.dataset.do);
    element.title = key ? `${element.title} (${key})` : element.title;
  }
  for (const element of document.querySelectorAll("[data-key-of]")) {
    element.textContent = keyMap.first(element.dataset.keyOf);
  }
  document.addEventListener("keydown", (event) => {
    const pressing = event.target.closest?.("a, button, summary") && [" ", "Enter"].includes(event.key);
    const theirs = event.isComposing || event.defaultPrevented || pressing || isTyping(event.target);
    if (theirs || document.querySelector("dialog[open]")) {
      return;
    }
    const act = commands[keyMap.commandOf(event)];
    if (act) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }
  });
};

start();
