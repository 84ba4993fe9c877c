/* Who answers a key: an open sheet, the pencil, a button with the focus, the field, or a command on the chosen cells. */
(() => {
  "use strict";
  const review = window.hematovision.review;
  const WAYS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Home: "home", End: "end" };

  review.listenToKeys = ({ dialogs, reasonSheet, keys, field, cursor, gallery, commands, isLoaded }) => {
    const move = (event) => {
      const way = WAYS[event.key];
      const pages = { PageDown: "down", PageUp: "up" }[event.key];
      let to = cursor.at();
      if (way) {
        to = gallery.beside(to, way);
      } else if (pages) {
        for (let row = gallery.page(); row > 0; row -= 1) {
          to = gallery.beside(to, pages);
        }
      } else {
        return false;
      }
      cursor.go(to, { extend: event.shiftKey });
      return true;
    };
    const isControl = (target) => target instanceof Element && Boolean(target.closest("button, a, summary, [role=separator], label, input, select, textarea"));
    const hear = (event) => {
      if (event.isComposing || event.altKey) {
        return false;
      }
      if (dialogs.reason.open) {
        return reasonSheet.hear(event);
      }
      if (dialogs.keys.open) {
        return keys.hear(event);
      }
      if (document.querySelector("dialog[open]") || window.hematovision.isTyping(event.target)) {
        return false;
      }
      if (field.pencil.isOn() && field.pencil.key(event)) {
        return true;
      }
      const control = isControl(event.target);
      /* A button with the focus is pressed by these; the field and its own keys move the field */
      if (control && [" ", "Enter"].includes(event.key)) {
        return false;
      }
      if (event.key === "Escape") {
        if (field.hasFocus()) {
          commands.field();
        } else if (cursor.chosen().size > 1) {
          cursor.alone();
        } else {
          return false;
        }
        return true;
      }
      /* In the field they move the field, on a border they move the border */
      if ((control || field.hasFocus()) && event.key in WAYS) {
        return false;
      }
      if (move(event)) {
        return true;
      }
      const command = keys.commandOf(event);
      if (!command || !isLoaded()) {
        return false;
      }
      commands[command]();
      return true;
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
})();
