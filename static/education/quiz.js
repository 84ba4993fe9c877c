/* A quiz without loading pages: an answer and what is told after it are one round trip, the next picture is fetched
   meanwhile. Without this script the same forms and links work one page at a time. */
import { keyOf } from "../shared/keys.js";
import { isTyping } from "../shared/typing.js";
import { gettext, ngettext } from "../shared/words.js";

const said = document.querySelector("[data-said]");
const trouble = document.querySelector("[data-trouble]");
let timer = 0;
let busy = false;

const part = () => document.querySelector("[data-quiz]");
const tell = (sentence) => {
  trouble.textContent = sentence;
  trouble.hidden = sentence === "";
};

/* The time that is left, said each second; when it is over the question is sent without an answer */
const startTime = (quiz) => {
  window.clearInterval(timer);
  const place = quiz.querySelector("[data-time]");
  if (!place || !quiz.dataset.leftMs) {
    return;
  }
  const ends = performance.now() + Number(quiz.dataset.leftMs);
  const show = () => {
    const seconds = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    place.textContent = ngettext("{count} second left", "{count} seconds left", seconds);
    place.classList.toggle("short", seconds <= 3);
    if (seconds === 0) {
      window.clearInterval(timer);
      answer("");
    }
  };
  show();
  timer = window.setInterval(show, 250);
};

const fetchAhead = (quiz) => {
  if (quiz.dataset.nextPicture) {
    new Image().src = quiz.dataset.nextPicture;
  }
};

const begin = (quiz) => {
  /* From now on keys answer */
  quiz.dataset.ready = "";
  fetchAhead(quiz);
  startTime(quiz);
};

const exchange = (html) => {
  const made = document.createRange().createContextualFragment(html);
  const quiz = made.querySelector("[data-quiz]");
  part().replaceWith(made);
  /* The part may ask for what the model says */
  window.htmx.process(quiz);
  const verdict = quiz.querySelector("[data-verdict]");
  said.textContent = (verdict ?? quiz.querySelector("#learn-number")).textContent.trim();
  /* On feedback the way on has the focus; on a question none has, so that a key cannot press a button by itself */
  quiz.querySelector("[data-next], [data-result]")?.focus({ preventScroll: true });
  quiz.scrollIntoView({ block: "nearest" });
  begin(quiz);
};

const ask = async (address, options = {}) => {
  if (busy) {
    return;
  }
  busy = true;
  part().setAttribute("aria-busy", "true");
  const got = await fetch(address, {
    credentials: "same-origin",
    redirect: "manual",
    ...options,
    headers: { "X-Part": "quiz", Accept: "text/html, application/json", ...options.headers },
  }).catch(() => null);
  busy = false;
  part().removeAttribute("aria-busy");
  if (!got) {
    tell(gettext("No connection. Your answer was not sent; answer again when you are connected."));
    return;
  }
  if (got.type === "opaqueredirect") {
    /* Signed out, most likely: the whole page says so */
    window.location.assign(part().dataset.address);
    return;
  }
  const json = (got.headers.get("Content-Type") ?? "").includes("json");
  if (got.ok && json) {
    window.location.assign((await got.json()).location);
  } else if (got.ok) {
    tell("");
    exchange(await got.text());
  } else if (json) {
    tell((await got.json()).sentence);
  } else {
    tell(gettext("That did not work. Load the page again; what you answered is kept."));
  }
};

const answer = (label) => {
  const form = part().querySelector("[data-answer]");
  if (!form) {
    return;
  }
  const body = new URLSearchParams({ label });
  ask(form.action, {
    method: "POST",
    body,
    headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  });
};

const goOn = () => {
  const next = part().querySelector("[data-next]");
  if (next) {
    window.history.replaceState(null, "", next.href);
    ask(next.href);
  } else {
    part().querySelector("[data-result]")?.click();
  }
};

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-answer]") && event.submitter) {
    event.preventDefault();
    answer(event.submitter.value);
  }
});
document.addEventListener("click", (event) => {
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  if (plain && event.target instanceof Element && event.target.closest("[data-next]")) {
    event.preventDefault();
    goOn();
  }
});
document.addEventListener("keydown", (event) => {
  const quiz = part();
  if (
    !quiz ||
    event.defaultPrevented ||
    event.repeat ||
    isTyping(event.target) ||
    event.target.closest("dialog, summary")
  ) {
    return;
  }
  const key = keyOf(event);
  if (quiz.dataset.quiz === "question") {
    /* On keyboards where digits need Shift, the key itself still is the digit */
    const digit = /^Digit\d$/.test(event.code) && key.length === 1 ? event.code.slice(5) : key;
    const found = [...quiz.querySelectorAll("[data-keys]")].find((each) => {
      const keys = each.dataset.keys.split("\n");
      return keys.includes(key) || keys.includes(digit);
    });
    if (found) {
      event.preventDefault();
      answer(found.value);
    }
  } else if (key === " " || key === "ArrowRight" || (key === "Enter" && !event.target.closest("a, button"))) {
    event.preventDefault();
    goOn();
  }
});

if (part()) {
  begin(part());
}
