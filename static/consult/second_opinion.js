/* A second opinion by keyboard: each label is saved at once, kept until it is, and can be taken back. */
import { createKeyMap } from "../shared/keys.js";
import { createOutbox } from "../shared/outbox.js";
import { gettext } from "../shared/words.js";
import { createCellImage } from "./cell_image.js";

const NARROW = "(max-width: 64rem)";

const post = (address) => async (labels, token) => {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
    body: JSON.stringify({ labels }),
    credentials: "same-origin",
    redirect: "manual",
  }).catch(() => null);
  if (!answer) {
    return null;
  }
  const json = (answer.headers.get("Content-Type") || "").includes("json");
  const problem = answer.ok || !json ? {} : await answer.json().catch(() => ({}));
  return {
    status: answer.status,
    signedOut: answer.type === "opaqueredirect" || (answer.status === 403 && !json),
    sentence: problem.sentence,
  };
};
const renew = async () => {
  const options = { credentials: "same-origin", redirect: "manual" };
  const answer = await fetch(window.location.pathname, options).catch(() => null);
  if (!answer?.ok) {
    return "";
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("[data-palette] [name=csrfmiddlewaretoken]")?.value || "";
};

/* How the cells are labelled now: "Called now", beside the image, where the opinion is open */
const createPresent = (place, classes) => (tile) => {
  if (!place) {
    return;
  }
  const code = tile.dataset.present;
  const named = classes[code];
  if (!named) {
    place.replaceChildren(gettext("Not labelled yet."));
    return;
  }
  const letter = document.createElement("span");
  letter.className = `letter cell-${code}`;
  letter.setAttribute("aria-hidden", "true");
  letter.textContent = named.letter;
  const name = document.createElement("strong");
  name.textContent = named.label;
  const sentence =
    "byModel" in tile.dataset
      ? gettext("Called now: {class}, by the model, not reviewed yet.")
      : gettext("Called now: {class}, by the first reviewer.");
  const [before, after] = sentence.split("{class}");
  place.replaceChildren(before, letter, " ", name, after);
};

const start = (root) => {
  const data = JSON.parse(document.getElementById("consult-data").textContent);
  const find = (selector) => root.querySelector(selector);
  const palette = find("[data-palette]");
  const tiles = [...root.querySelectorAll("[data-cell]")];
  const said = find("[data-said]");
  const frame = find("[data-cell-image]");
  const wideButton = find("[data-wide]:not([data-cell])");
  const showPresent = createPresent(find("[data-present]:not([data-cell])"), data.classes);
  const history = [];
  let wide = false;
  let active = tiles.find((tile) => tile.getAttribute("aria-current")) || tiles[0];

  const tell = (sentence, trouble = false) => {
    said.textContent = sentence;
    said.classList.toggle("trouble", trouble);
  };
  const token = palette.querySelector("[name=csrfmiddlewaretoken]").value;
  const outbox = createOutbox({ post: post(palette.action), renew, token, tell });
  const image = createCellImage({
    frame,
    large: find("[data-large]"),
    tiles,
    addressOf: (tile) => (wide ? tile.dataset.wide : tile.dataset.large),
    onState: (state) => {
      for (const button of palette.querySelectorAll("button")) {
        button.setAttribute("aria-disabled", String(state !== "shown"));
      }
      if (state === "failed") {
        const { number } = active.dataset;
        tell(
          gettext("The image of cell {number} could not be loaded. Choose the cell again to try once more.", {
            number,
          }),
          true,
        );
      }
    },
  });

  const showPressed = () => {
    for (const button of palette.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === active.dataset.own));
    }
  };
  const go = (tile, { focus = true } = {}) => {
    if (!tile) {
      return;
    }
    active.removeAttribute("aria-current");
    active = tile;
    active.setAttribute("aria-current", "true");
    find("[data-now-number]").textContent = active.dataset.number;
    find("[data-now-field]").textContent = active.dataset.field;
    image.show(active);
    palette.elements.cell.value = active.dataset.cell;
    showPresent(active);
    showPressed();
    if (focus) {
      active.focus({ preventScroll: true });
      active.scrollIntoView({ block: "nearest" });
    }
  };
  const dress = (tile, code) => {
    const named = data.classes[code];
    tile.className = `co-tile${code ? ` named cell-${code}` : ""}`;
    tile.dataset.own = code;
    tile.querySelector("[data-letter]").textContent = named ? named.letter : "";
    tile.querySelector("[data-words]").textContent = named
      ? gettext("Cell {number}, {label}", { number: tile.dataset.number, label: named.label })
      : gettext("Cell {number}, no label yet", { number: tile.dataset.number });
    const done = tiles.filter((each) => each.dataset.own).length;
    find("[data-done]").textContent = done;
    find("[data-progress]").value = done;
    find("[data-to-answer]").hidden = done !== tiles.length;
  };
  const following = () => {
    const at = tiles.indexOf(active);
    return [...tiles.slice(at + 1), ...tiles.slice(0, at)].find((tile) => !tile.dataset.own);
  };
  const label = (code, options) => {
    const { cell, number, own } = active.dataset;
    if (!image.isShown()) {
      tell(gettext("Wait for the image of cell {number}, then label it.", { number }));
      return;
    }
    history.push({ tile: active, before: own });
    dress(active, code);
    outbox.put(cell, code);
    const next = following();
    const given = gettext("Cell {number}: {label}.", { number, label: data.classes[code].label });
    tell(next ? given : `${given} ${gettext("Every cell has a label.")}`);
    if (next) {
      go(next, options);
    } else {
      showPressed();
    }
  };
  const undo = () => {
    const last = history.pop();
    if (!last) {
      tell(gettext("Nothing to undo."));
      return;
    }
    dress(last.tile, last.before);
    outbox.put(last.tile.dataset.cell, last.before);
    go(last.tile);
    tell(gettext("Cell {number}: taken back.", { number: last.tile.dataset.number }));
  };
  const columns = () => Math.max(1, tiles.filter((tile) => tile.offsetTop === tiles[0].offsetTop).length);
  const step = (by) => {
    const at = tiles.indexOf(active);
    go(tiles[Math.min(Math.max(at + by, 0), tiles.length - 1)]);
  };
  const agree = () => {
    if (!data.blind && active.dataset.present && active.dataset.present !== "unidentified") {
      label(active.dataset.present);
    } else {
      go(following());
    }
  };
  listenToKeys(createKeyMap(data.keys), label, {
    undo,
    exclude: () => label("excluded"),
    confirm: agree,
    next: () => step(1),
    previous: () => step(-1),
    down: () => step(columns()),
    up: () => step(-columns()),
  });

  palette.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter) {
      label(event.submitter.value, { focus: false });
    }
  });
  find("[data-tiles]").addEventListener("click", (event) => {
    const tile = event.target.closest("[data-cell]");
    if (tile && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      go(tile);
      if (window.matchMedia(NARROW).matches) {
        root.scrollIntoView({ block: "start" });
      }
    }
  });
  wideButton.addEventListener("click", () => {
    wide = !wide;
    wideButton.setAttribute("aria-pressed", String(wide));
    frame.classList.toggle("wide", wide);
    image.show(active);
  });
  guardLabels(outbox);
  image.show(active);
  /* A refused answer has the focus already, with the sentence that says why */
  if (!document.querySelector("[data-answer] [autofocus]")) {
    active.focus({ preventScroll: true });
  }
};

const listenToKeys = (keyMap, label, commands) => {
  document.addEventListener("keydown", (event) => {
    const inField = event.target.closest("input, textarea, select, summary, dialog");
    const onButton = event.target.closest("button, a:not([data-cell])");
    if (event.defaultPrevented || inField || (onButton && [" ", "Enter"].includes(event.key))) {
      return;
    }
    const command = keyMap.commandOf(event);
    if (command?.startsWith("label.")) {
      event.preventDefault();
      label(command.slice(6));
    } else if (commands[command]) {
      event.preventDefault();
      commands[command]();
    }
  });
};

/* Labels are saved before the opinion is given, and before the page is left */
const guardLabels = (outbox) => {
  window.addEventListener("online", outbox.resume);
  window.addEventListener("beforeunload", (event) => {
    if (outbox.size()) {
      event.preventDefault();
    }
  });
  const answer = document.querySelector("[data-answer]");
  answer.addEventListener("submit", (event) => {
    if (outbox.size()) {
      event.preventDefault();
      outbox.emptied().then(() => {
        /* The frame lets a form go once; this press has not gone yet */
        delete answer.dataset.sent;
        answer.requestSubmit();
      });
    }
  });
};

const opinion = document.querySelector("[data-labelling]");
if (opinion) {
  start(opinion);
}
