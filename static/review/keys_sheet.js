/* The sheet of the keys: what each does, and how a reviewer changes one. */
import { createKeyMap, keyOf, nameKey } from "../shared/keys.js";
import { gettext } from "../shared/words.js";
import { COMMANDS } from "./command_list.js";

const commands = COMMANDS.filter((each) => each.id);

export const createKeysSheet = (sheet, { server, onChange, say }) => {
  const list = sheet.querySelector("[data-key-list]");
  const message = sheet.querySelector("[data-key-message]");
  let keyMap = createKeyMap();
  let asking = null;

  const load = (map) => {
    keyMap = createKeyMap(map || {});
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
    for (const each of COMMANDS) {
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
      keys.append(...(each.fixed ?? keyMap.keysOf(each.id).map(nameKey)).map(kbd));
      item.append(keys, says);
      if (each.id) {
        const change = document.createElement("button");
        change.type = "button";
        change.className = "button quiet small";
        change.dataset.changeKey = each.id;
        change.textContent = gettext("Change");
        change.setAttribute("aria-label", gettext("Change the key for: {command}", { command: each.says }));
        item.append(change);
      }
      table.append(item);
    }
  };
  const save = async (next) => {
    const answer = next
      ? await server.send("/review/keys/", "PUT", { keys: next })
      : await server.send("/review/keys/", "DELETE");
    if (answer.ok) {
      load(answer.body.keys);
      show();
      message.textContent = next
        ? gettext("Saved. Your keys are the same wherever you sign in.")
        : gettext("Your keys are the default ones again.");
    } else {
      message.textContent =
        answer.body?.detail || gettext("The keys could not be saved. Check the connection and try again.");
    }
  };
  const ask = (id) => {
    asking = commands.find((command) => command.id === id);
    message.textContent = gettext("Press the new key for “{command}”. Esc leaves it as it is.", {
      command: asking.says,
    });
    for (const button of list.querySelectorAll("[data-change-key]")) {
      button.setAttribute("aria-pressed", String(button.dataset.changeKey === id));
    }
  };
  const stopAsking = () => {
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
    commandOf: (event) => keyMap.commandOf(event),
    first: (command) => keyMap.first(command),
    load,
    isOpen: () => sheet.open,
    open() {
      show();
      sheet.showModal();
    },
    /* A key pressed while the sheet is open; true where it was the answer to "press the new key" */
    hear(event) {
      if (!asking || ["Shift", "Control", "Alt", "Meta", "Tab"].includes(event.key)) {
        return false;
      }
      const id = stopAsking();
      if (event.key === "Escape") {
        message.textContent = "";
        list.querySelector(`[data-change-key="${id}"]`)?.focus();
        return true;
      }
      const key = keyOf(event);
      const owner = keyMap.ownerOf(key);
      if (owner && owner !== id) {
        const taken = commands.find((command) => command.id === owner);
        message.textContent = gettext("{key} already means “{command}”. Change that one first.", {
          key: nameKey(key),
          command: taken.says,
        });
      } else {
        save({ ...keyMap.map, [id]: [key] });
        say(gettext("{key} chosen", { key: nameKey(key) }));
      }
      return true;
    },
  };
};
