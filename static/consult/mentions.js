/* Names after an @: as one is typed, those who may be told are offered. The form lists them; nobody else is ever named. */
import { gettext, ngettext } from "../shared/words.js";

const MOST = 8;
const TYPED = /(?:^|[^\p{L}\p{N}_])@([\p{L}\p{M}'’.\- ]{0,60})$/u;

const start = (form) => {
  const text = form.querySelector("textarea");
  const people = [...form.querySelectorAll("[name=mention]")].map((box) => box.parentElement.textContent.trim());
  if (!text || !people.length) {
    return;
  }
  const list = document.createElement("ul");
  list.className = "co-mentions";
  list.id = `${text.id}_people`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", gettext("Colleagues"));
  list.hidden = true;
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  text.after(list, said);
  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-haspopup", "listbox");
  text.setAttribute("aria-controls", list.id);

  let at = 0;
  const options = () => [...list.children];
  const typed = () => {
    const found = text.selectionStart === text.selectionEnd && TYPED.exec(text.value.slice(0, text.selectionStart));
    return found ? found[1] : null;
  };
  const matches = (name, typedStart) => {
    const whole = name.toLowerCase();
    return (
      typedStart !== `${whole} ` &&
      whole.split(" ").some((_, word, words) => words.slice(word).join(" ").startsWith(typedStart))
    );
  };
  const close = () => {
    list.hidden = true;
    text.removeAttribute("aria-activedescendant");
  };
  const point = (to) => {
    at = (to + options().length) % options().length;
    options().forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
    text.setAttribute("aria-activedescendant", options()[at].id);
    options()[at].scrollIntoView({ block: "nearest" });
  };
  const offer = () => {
    const begun = typed();
    const found = begun === null ? [] : people.filter((name) => matches(name, begun.toLowerCase())).slice(0, MOST);
    if (!found.length) {
      close();
      return;
    }
    list.replaceChildren(
      ...found.map((name, number) => {
        const option = document.createElement("li");
        option.id = `${list.id}_${number}`;
        option.setAttribute("role", "option");
        option.textContent = name;
        return option;
      }),
    );
    list.hidden = false;
    point(0);
    said.textContent = ngettext(
      "{count} colleague: arrow keys choose, Enter takes the name.",
      "{count} colleagues: arrow keys choose, Enter takes the name.",
      found.length,
    );
  };
  const take = (name) => {
    const end = text.selectionStart;
    text.setRangeText(`${name} `, end - typed().length, end, "end");
    close();
  };

  text.addEventListener("input", offer);
  text.addEventListener("click", offer);
  text.addEventListener("blur", close);
  text.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) {
      return;
    }
    const answers = {
      ArrowDown: () => point(at + 1),
      ArrowUp: () => point(at - 1),
      Enter: () => take(options()[at].textContent),
      Tab: () => take(options()[at].textContent),
      Escape: close,
    };
    if (answers[event.key]) {
      event.preventDefault();
      answers[event.key]();
    } else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      close();
    }
  });
  /* Before the text loses the focus, and with it the list */
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) {
      event.preventDefault();
      take(option.textContent);
    }
  });
};
document.querySelectorAll(".co-write").forEach(start);
