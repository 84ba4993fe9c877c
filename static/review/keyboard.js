/* Who answers a key: an open sheet, the pencil, a button with the focus, the field, or a command on the chosen cells. */
import { isTyping } from "../shared/typing.js";

const WAYS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Home: "home", End: "end" };
const PAGES = { PageDown: "down", PageUp: "up" };

/**
 * What a key means where no sheet is open and nothing is typed: {move: way}, {page: way}, {escape: true},
 * {command: id}, or null where it is not the workspace's.
 * `control` says that a button or the like has the focus, `inField` that the field has it.
 */
export const meaningOf = (event, { control, inField, commandOf }) => {
  /* A button with the focus is pressed by these; in the field and on a border arrows move the field and the border */
  const theirs = control ? [" ", "Enter", ...Object.keys(WAYS)] : inField ? Object.keys(WAYS) : [];
  if (theirs.includes(event.key)) {
    return null;
  }
  if (event.key === "Escape") {
    return { escape: true };
  }
  if (event.key in WAYS) {
    return { move: WAYS[event.key] };
  }
  if (event.key in PAGES) {
    return { page: PAGES[event.key] };
  }
  const command = commandOf(event);
  return command ? { command } : null;
};

const isControl = (target) =>
  target instanceof Element &&
  Boolean(target.closest("button, a, summary, [role=separator], label, input, select, textarea"));

export const listenToKeys = ({ reasonSheet, keysSheet, store, field, gallery, commands }) => {
  const act = ({ move, page, escape, command }, extend) => {
    if (move) {
      store.go(gallery.beside(store.at(), move), { extend });
    } else if (page) {
      let to = store.at();
      for (let row = gallery.page(); row > 0; row -= 1) {
        to = gallery.beside(to, page);
      }
      store.go(to, { extend });
    } else if (escape && field.hasFocus()) {
      commands.field();
    } else if (escape && store.chosen().size > 1) {
      store.go(store.at());
    } else if (command && store.isLoaded()) {
      commands[command]();
    } else {
      return false;
    }
    return true;
  };
  const hear = (event) => {
    if (event.isComposing || event.altKey) {
      return false;
    }
    if (reasonSheet.isOpen()) {
      return reasonSheet.hear(event);
    }
    if (keysSheet.isOpen()) {
      return keysSheet.hear(event);
    }
    if (document.querySelector("dialog[open]") || isTyping(event.target)) {
      return false;
    }
    if (field.pencil.isOn() && field.pencil.key(event)) {
      return true;
    }
    const where = {
      control: isControl(event.target),
      inField: field.hasFocus(),
      commandOf: keysSheet.commandOf,
    };
    const meaning = meaningOf(event, where);
    return meaning ? act(meaning, event.shiftKey) : false;
  };
  /* Before the frame and OpenSeadragon hear it */
  window.addEventListener(
    "keydown",
    (event) => {
      if (hear(event)) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    },
    { capture: true },
  );
};
