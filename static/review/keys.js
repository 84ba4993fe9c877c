/* Every command of the workspace, the keys that call it, and the sheet on which a reader changes them. */
(() => {
  "use strict";
  const review = window.hematovision.review;

  /* What each command does; its keys come with the case, as the reader has them. A heading starts a group */
  review.COMMANDS = [
    { heading: "Decide on the chosen cells" },
    { id: "label.neutrophil", says: "Neutrophil" },
    { id: "label.eosinophil", says: "Eosinophil" },
    { id: "label.basophil", says: "Basophil" },
    { id: "label.lymphocyte", says: "Lymphocyte" },
    { id: "label.monocyte", says: "Monocyte" },
    { id: "label.immature_granulocyte", says: "Immature granulocyte" },
    { id: "label.erythroblast", says: "Erythroblast" },
    { id: "label.platelet", says: "Platelet" },
    { id: "label.unidentified", says: "Unidentified" },
    { id: "confirm", says: "Confirm, and go on to the next cell to review" },
    { id: "confirm_class", says: "Confirm all suggestions of this class" },
    { id: "exclude", says: "Exclude with a reason; count again if it is excluded" },
    { id: "include", says: "Count again" },
    { id: "remove", says: "Delete a false detection (kept in the record), or restore it" },
    { id: "flag", says: "Flag, or take the flag off" },
    { id: "undo", says: "Undo" },
    { id: "redo", says: "Do again" },
    { heading: "Move and choose" },
    { id: "next", says: "Next cell" },
    { id: "previous", says: "Cell before" },
    { id: "down", says: "Cell below" },
    { id: "up", says: "Cell above" },
    { fixed: ["Shift + ←↑→↓"], says: "Choose a range" },
    { id: "select_class", says: "Choose all of this class" },
    { id: "next_doubtful", says: "Next cell to review" },
    { id: "previous_doubtful", says: "Cell to review before" },
    { fixed: ["Esc"], says: "Only this cell; out of the field; stop drawing" },
    { heading: "Field" },
    { id: "field", says: "To the cell in the field, and back" },
    { id: "add", says: "Add a missed cell: draw its box" },
    { id: "zoom_in", says: "Zoom in" },
    { id: "zoom_out", says: "Zoom out" },
    { id: "whole_field", says: "Whole field" },
    { id: "boxes", says: "Show or hide the boxes" },
    { id: "next_field", says: "Next field" },
    { id: "previous_field", says: "Field before" },
    { heading: "Page" },
    { id: "to_review_only", says: "Only cells to review, or all" },
    { id: "sort", says: "Another order of the cells" },
    { id: "toggle_ai", says: "Hide or show what the machine says" },
    { id: "discuss", says: "Discuss the chosen cell (opens beside the review)" },
    { id: "help", says: "This sheet" },
  ];
  const commands = review.COMMANDS.filter((each) => each.id);

  /* "n", "Shift+ ", "Ctrl+z", as the server names them. A sign that needs Shift on some keyboard ("?") is named by itself */
  review.keyOf = (event) => {
    const printable = event.key.length === 1 && event.key !== " ";
    const name = printable ? event.key.toLowerCase() : event.key;
    const sign = printable && event.key.toLowerCase() === event.key.toUpperCase();
    return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.shiftKey && !sign ? "Shift+" : ""}${name}`;
  };
  const WORDS = { " ": "Space", Delete: "Del", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };
  review.nameKey = (key) =>
    key
      .split(/\+(?=.)/)
      .map((part) => WORDS[part] ?? (part.length === 1 ? part.toUpperCase() : part))
      .join(" + ");

  review.createKeys = (sheet, { line, onChange, say }) => {
    const list = sheet.querySelector("[data-key-list]");
    const message = sheet.querySelector("[data-key-message]");
    let map = {};
    let byKey = new Map();
    let asking = null;

    const keysOf = (command) => map[command.id] ?? [];
    const bind = () => {
      byKey = new Map();
      for (const command of commands) {
        for (const key of keysOf(command)) {
          byKey.set(key, command.id);
        }
      }
      onChange();
    };
    const kbd = (key) => {
      const made = document.createElement("kbd");
      made.textContent = key;
      return made;
    };
    const show = () => {
      list.replaceChildren();
      let table = null;
      for (const each of review.COMMANDS) {
        if (each.heading) {
          const section = document.createElement("section");
          const heading = document.createElement("h3");
          heading.textContent = each.heading;
          table = document.createElement("ul");
          table.className = "rv-keys";
          section.append(heading, table);
          list.append(section);
          continue;
        }
        const item = document.createElement("li");
        const says = document.createElement("span");
        says.textContent = each.says;
        const keys = document.createElement("span");
        keys.className = "rv-key-names";
        keys.append(...(each.fixed ?? keysOf(each).map(review.nameKey)).map(kbd));
        item.append(keys, says);
        if (each.id) {
          const change = document.createElement("button");
          change.type = "button";
          change.className = "button quiet small";
          change.dataset.changeKey = each.id;
          change.textContent = "Change";
          change.setAttribute("aria-label", `Change the key for: ${each.says}`);
          item.append(change);
        }
        table.append(item);
      }
    };
    const save = async (next) => {
      const answer = next ? await line.send("/review/keys/", "PUT", { keys: next }) : await line.send("/review/keys/", "DELETE");
      if (answer.ok) {
        map = answer.body.keys;
        bind();
        show();
        message.textContent = next ? "Saved. Your keys are the same wherever you sign in." : "Your keys are the default ones again.";
      } else {
        message.textContent = answer.body?.detail || "The keys could not be saved. Check the connection and try again.";
      }
    };
    const ask = (id) => {
      asking = commands.find((command) => command.id === id);
      message.textContent = `Press the new key for “${asking.says}”. Esc leaves it as it is.`;
      for (const button of list.querySelectorAll("[data-change-key]")) {
        button.setAttribute("aria-pressed", String(button.dataset.changeKey === id));
      }
    };
    const settle = () => {
      const id = asking.id;
      asking = null;
      list.querySelector(`[data-change-key="${id}"]`)?.setAttribute("aria-pressed", "false");
      return id;
    };

    sheet.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.changeKey) {
        ask(button.dataset.changeKey);
      } else if (button && "resetKeys" in button.dataset) {
        save(null);
      }
    });
    sheet.addEventListener("close", () => {
      asking = null;
      message.textContent = "";
    });

    return {
      commandOf: (event) =>
        byKey.get(review.keyOf(event)) ??
        /* On keyboards where digits need Shift, the key itself still is the digit */
        (/^Digit\d$/.test(event.code) && !event.shiftKey && !event.ctrlKey && !event.altKey ? byKey.get(event.code.slice(5)) : undefined),
      first: (id) => {
        const command = commands.find((each) => each.id === id);
        const key = command && keysOf(command)[0];
        return key ? review.nameKey(key) : "";
      },
      load(keys) {
        map = keys || {};
        bind();
      },
      open() {
        show();
        sheet.showModal();
      },
      /* A key pressed while the sheet is open; true where it was the answer to "press the new key" */
      hear(event) {
        if (!asking || ["Shift", "Control", "Alt", "Meta", "Tab"].includes(event.key)) {
          return false;
        }
        const id = settle();
        if (event.key === "Escape") {
          message.textContent = "";
          list.querySelector(`[data-change-key="${id}"]`)?.focus();
          return true;
        }
        const key = review.keyOf(event);
        const taken = commands.find((command) => command.id !== id && keysOf(command).includes(key));
        if (taken) {
          message.textContent = `${review.nameKey(key)} already means “${taken.says}”. Change that one first.`;
        } else {
          save({ ...map, [id]: [key] });
          say(`${review.nameKey(key)} chosen`);
        }
        return true;
      },
    };
  };
})();
