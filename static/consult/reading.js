/* The colleague's reading by keyboard: each label is saved at once, kept until it is, and can be taken back. */
(() => {
  "use strict";
  const WAITS_S = [1, 2, 4, 8, 15];
  const SIGNED_OUT = "You were signed out. Sign in again in another tab, then press a key here: your labels are kept on this page.";
  const OFFLINE = "No connection. Your labels are kept on this page and sent again by themselves.";

  const freshToken = async () => {
    const answer = await fetch(window.location.pathname, { credentials: "same-origin", redirect: "manual" }).catch(() => null);
    if (!answer || !answer.ok) {
      return "";
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("[data-palette] [name=csrfmiddlewaretoken]")?.value || "";
  };

  /* Sends labels in the order they were given; the newest of a cell is the one that goes */
  const createOutbox = (address, firstToken, tell) => {
    const pending = new Map();
    let token = firstToken;
    let busy = false;
    let tries = 0;
    let timer = 0;
    let waiters = [];

    const finish = () => {
      for (const resolve of waiters.splice(0)) {
        resolve();
      }
    };
    const later = (sentence) => {
      tries += 1;
      tell(sentence, true);
      clearTimeout(timer);
      timer = setTimeout(pump, WAITS_S[Math.min(tries, WAITS_S.length) - 1] * 1000);
    };
    const pump = async () => {
      if (busy || !pending.size) {
        return;
      }
      busy = true;
      const sent = [...pending];
      let answer = null;
      try {
        answer = await fetch(address, {
          method: "POST",
          headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
          body: JSON.stringify({ labels: sent.map(([cell, code]) => ({ cell, code })) }),
          credentials: "same-origin",
          redirect: "manual",
        });
      } catch {
        answer = null;
      }
      busy = false;
      if (!answer || answer.status >= 500) {
        later(OFFLINE);
        return;
      }
      if (answer.type === "opaqueredirect" || (answer.status === 403 && !(answer.headers.get("Content-Type") || "").includes("json"))) {
        /* Signed out, or signed in again meanwhile: then the page has a new token */
        const renewed = await freshToken();
        if (renewed && renewed !== token && tries < 3) {
          token = renewed;
          tries += 1;
          pump();
        } else {
          later(SIGNED_OUT);
        }
        return;
      }
      if (!answer.ok) {
        const problem = await answer.json().catch(() => ({}));
        tell(problem.sentence || "The labels could not be saved. Reload the page to see what is kept.", true);
        return;
      }
      tries = 0;
      for (const [cell, code] of sent) {
        if (pending.get(cell) === code) {
          pending.delete(cell);
        }
      }
      if (pending.size) {
        pump();
      } else {
        tell("");
        finish();
      }
    };
    window.addEventListener("online", pump);
    window.addEventListener("beforeunload", (event) => {
      if (pending.size) {
        event.preventDefault();
      }
    });
    return {
      put(cell, code) {
        pending.delete(cell);
        pending.set(cell, code);
        pump();
      },
      size: () => pending.size,
      emptied: () => (pending.size ? new Promise((resolve) => { waiters.push(resolve); pump(); }) : Promise.resolve()),
    };
  };

  const keyOf = (event) => {
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.shiftKey && event.key.length > 1 ? "Shift+" : ""}${name}`;
  };

  const start = () => {
    const root = document.querySelector("[data-reading]");
    if (!root) {
      return;
    }
    const data = JSON.parse(document.getElementById("consult-data").textContent);
    const palette = root.querySelector("[data-palette]");
    const tiles = [...root.querySelectorAll("[data-cell]")];
    const large = root.querySelector("[data-large]");
    const present = root.querySelector("[data-present]:not([data-cell])");
    const said = root.querySelector("[data-said]");
    const wideButton = root.querySelector("[data-wide]:not([data-cell])");
    const history = [];
    let wide = false;
    let active = tiles.find((tile) => tile.getAttribute("aria-current")) || tiles[0];

    const tell = (sentence, trouble = false) => {
      said.textContent = sentence;
      said.classList.toggle("trouble", trouble);
    };
    const token = palette.querySelector("[name=csrfmiddlewaretoken]").value;
    const outbox = createOutbox(palette.action, token, tell);

    const pressed = () => {
      for (const button of palette.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(button.value === active.dataset.own));
      }
    };
    const showPresent = () => {
      if (!present) {
        return;
      }
      present.replaceChildren();
      const reading = data.readings[active.dataset.present];
      if (!reading) {
        present.textContent = "Not read yet.";
        return;
      }
      const letter = document.createElement("span");
      letter.className = `letter cell-${active.dataset.present}`;
      letter.setAttribute("aria-hidden", "true");
      letter.textContent = reading.letter;
      const name = document.createElement("strong");
      name.textContent = reading.label;
      const who = "byMachine" in active.dataset ? "by the machine, not reviewed yet" : "by the first reader";
      present.append("Called now: ", letter, " ", name, `, ${who}.`);
    };
    const go = (tile, { focus = true } = {}) => {
      if (!tile) {
        return;
      }
      active.removeAttribute("aria-current");
      active = tile;
      active.setAttribute("aria-current", "true");
      root.querySelector("[data-now-number]").textContent = active.dataset.number;
      root.querySelector("[data-now-field]").textContent = active.dataset.field;
      large.src = wide ? active.dataset.wide : active.dataset.large;
      large.alt = `Cell ${active.dataset.number}`;
      palette.elements.cell.value = active.dataset.cell;
      showPresent();
      pressed();
      if (focus) {
        active.focus({ preventScroll: true });
        active.scrollIntoView({ block: "nearest" });
      }
    };
    const dress = (tile, code) => {
      const reading = data.readings[code];
      tile.className = `co-tile${code ? ` named cell-${code}` : ""}`;
      tile.dataset.own = code;
      tile.querySelector("[data-letter]").textContent = reading ? reading.letter : "";
      tile.querySelector("[data-words]").textContent = `Cell ${tile.dataset.number}, ${reading ? reading.label : "no label yet"}`;
      const done = tiles.filter((each) => each.dataset.own).length;
      root.querySelector("[data-done]").textContent = done;
      root.querySelector("[data-progress]").value = done;
      root.querySelector("[data-to-answer]").hidden = done !== tiles.length;
    };
    const following = () => {
      const at = tiles.indexOf(active);
      return [...tiles.slice(at + 1), ...tiles.slice(0, at)].find((tile) => !tile.dataset.own);
    };
    const label = (code, options) => {
      history.push({ tile: active, before: active.dataset.own });
      const { number } = active.dataset;
      dress(active, code);
      outbox.put(active.dataset.cell, code);
      const next = following();
      tell(`Cell ${number}: ${data.readings[code].label}.${next ? "" : " Every cell has a label."}`);
      if (next) {
        go(next, options);
      } else {
        pressed();
      }
    };
    const undo = () => {
      const last = history.pop();
      if (!last) {
        tell("Nothing to undo.");
        return;
      }
      dress(last.tile, last.before);
      outbox.put(last.tile.dataset.cell, last.before);
      go(last.tile);
      tell(`Cell ${last.tile.dataset.number}: taken back.`);
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

    const commands = {
      undo,
      exclude: () => label("excluded"),
      confirm: agree,
      next: () => step(1),
      previous: () => step(-1),
      down: () => step(columns()),
      up: () => step(-columns()),
    };
    const byKey = new Map();
    for (const [command, keys] of Object.entries(data.keys)) {
      const code = command.startsWith("label.") ? command.slice(6) : "";
      for (const key of keys) {
        if (code) {
          byKey.set(key, () => label(code));
        } else if (commands[command]) {
          byKey.set(key, commands[command]);
        }
      }
    }
    document.addEventListener("keydown", (event) => {
      const inField = event.target.closest("input, textarea, select, summary, dialog");
      const onButton = event.target.closest("button, a:not([data-cell])");
      if (event.defaultPrevented || inField || (onButton && [" ", "Enter"].includes(event.key))) {
        return;
      }
      const command = byKey.get(keyOf(event));
      if (command) {
        event.preventDefault();
        command();
      }
    });
    palette.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.submitter) {
        label(event.submitter.value, { focus: false });
      }
    });
    root.querySelector("[data-tiles]").addEventListener("click", (event) => {
      const tile = event.target.closest("[data-cell]");
      if (tile && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        go(tile);
        if (window.matchMedia("(max-width: 64rem)").matches) {
          root.scrollIntoView({ block: "start" });
        }
      }
    });
    wideButton.addEventListener("click", () => {
      wide = !wide;
      wideButton.setAttribute("aria-pressed", String(wide));
      large.src = wide ? active.dataset.wide : active.dataset.large;
      root.querySelector("[data-picture]").classList.toggle("wide", wide);
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
    /* A refused answer has the focus already, with the sentence that says why */
    if (!answer.querySelector("[autofocus]")) {
      active.focus({ preventScroll: true });
    }
  };
  document.addEventListener("DOMContentLoaded", start);
})();
