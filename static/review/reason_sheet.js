/* Asks why a cell does not count: one digit, or a few words for what no reason fits. */
import { gettext, ngettext } from "../shared/words.js";

export const createReasonSheet = (sheet) => {
  const title = sheet.querySelector("[data-reason-title]");
  const form = sheet.querySelector("form");
  const text = form.elements.namedItem("reason");
  const buttons = [...sheet.querySelectorAll("[data-reason]")];
  let whenAnswered = null;

  const answer = (why) => {
    const done = whenAnswered;
    whenAnswered = null;
    sheet.close();
    done?.(why);
  };
  const choose = (button) => {
    if (button.dataset.reason === "other") {
      form.hidden = false;
      text.focus();
    } else {
      answer({ code: button.dataset.reason, words: button.dataset.words, text: "" });
    }
  };
  sheet.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reason]");
    if (button) {
      choose(button);
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const words = text.value.trim();
    if (words) {
      answer({ code: "other", words, text: words });
    }
  });
  sheet.addEventListener("close", () => answer(null));

  return {
    ask(count) {
      title.textContent =
        count === 1
          ? gettext("Why does this cell not count?")
          : ngettext("Why does {count} cell not count?", "Why do these {count} cells not count?", count);
      form.hidden = true;
      text.value = "";
      sheet.showModal();
      buttons[0].focus();
      return new Promise((resolve) => {
        whenAnswered = resolve;
      });
    },
    isOpen: () => sheet.open,
    /* True where the key chose a reason */
    hear(event) {
      const typing = document.activeElement === text;
      const button = typing ? null : buttons.find((each) => each.dataset.key === event.key);
      if (button) {
        choose(button);
        return true;
      }
      const way = typing ? 0 : { ArrowDown: 1, ArrowUp: -1 }[event.key] || 0;
      if (way) {
        const at = buttons.indexOf(document.activeElement);
        buttons[(at + way + buttons.length) % buttons.length].focus();
        return true;
      }
      return false;
    },
  };
};
