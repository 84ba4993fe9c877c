/* The frame's own behaviour: theme, menus, help sheet, relative times, questions before destructive actions. */
import "../scan/search.js";
import { keyOf } from "./keys.js";
import { inWords } from "./times.js";
import { isTyping } from "./typing.js";
import { gettext, locale } from "./words.js";

const root = document.documentElement;

/* Theme: light, dark, or the system's */
const nextTheme = () => {
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : window.matchMedia("(prefers-color-scheme: dark)").matches;
  return dark ? "light" : "dark";
};
const nameTheme = () => {
  const name = nextTheme() === "dark" ? gettext("Use the dark theme") : gettext("Use the light theme");
  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.setAttribute("aria-label", name);
    button.title = name;
  }
};
const toggleTheme = () => {
  root.dataset.theme = nextTheme();
  nameTheme();
  if (root.dataset.storage !== "closed") {
    localStorage.setItem("hematovision.theme", root.dataset.theme);
  }
};

/* Times: words for people, the exact time in their own zone on hover */
const words = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
const steps = [
  ["year", 31536000],
  ["month", 2592000],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];
const relative = (date) => {
  const seconds = Math.round((date.getTime() - Date.now()) / 1000);
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) {
      return words.format(Math.trunc(seconds / size), unit);
    }
  }
  return seconds > 0 ? gettext("in a moment") : gettext("just now");
};
const showTimes = (within) => {
  for (const element of within.querySelectorAll("time[data-relative]")) {
    const date = new Date(element.dateTime);
    if (!Number.isNaN(date.getTime())) {
      element.textContent = relative(date);
      element.title = inWords.minute(date);
    }
  }
  for (const element of within.querySelectorAll("time[data-local]")) {
    const date = new Date(element.dateTime);
    if (!Number.isNaN(date.getTime())) {
      element.textContent = inWords[element.dataset.local](date);
    }
  }
};

const openSheet = (id) => {
  const sheet = document.getElementById(id);
  if (sheet instanceof HTMLDialogElement && !sheet.open) {
    sheet.showModal();
  }
};

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) {
    return;
  }
  if (target.closest("[data-theme-toggle]")) {
    toggleTheme();
  }
  const opener = target.closest("[data-open-sheet]");
  if (opener) {
    event.preventDefault();
    openSheet(opener.dataset.openSheet);
  }
  if (target.closest("[data-close-sheet]")) {
    event.preventDefault();
    target.closest("dialog")?.close();
  }
  if (target.closest("[data-print]")) {
    window.print();
  }
  for (const menu of document.querySelectorAll("details.person[open]")) {
    if (!menu.contains(target)) {
      menu.open = false;
    }
  }
  if (target instanceof HTMLDialogElement) {
    target.close();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.person[open]")) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  }
  if (isTyping(event.target)) {
    return;
  }
  const key = keyOf(event);
  if (key === "?" || key === "h") {
    event.preventDefault();
    openSheet("help");
  } else if (key === "/") {
    const search = document.getElementById("topbar-q");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if (key === "Shift+n" && document.querySelector("[data-new-case]")) {
    document.querySelector("[data-new-case]").click();
  }
});

/* A select or a radio marked so sends its form at once; the button stays for those without scripts */
document.addEventListener("change", (event) => {
  const target = event.target;
  if (target instanceof HTMLElement && target.closest("[data-send-on-change]")) {
    target.closest("form")?.requestSubmit();
  }
});

/* One press is one request */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form instanceof HTMLFormElement && form.method === "post" && !form.hasAttribute("data-many")) {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
  }
});

/* The line and the session: said once, taken back when they are there again */
const tell = (sentence) => {
  const line = document.getElementById("connection");
  line.textContent = sentence;
  line.hidden = sentence === "";
};
const OFFLINE = gettext("No connection. This page shows what it last heard; nothing you chose to send is lost.");
const SIGNED_OUT = gettext(
  "You were signed out. Sign in again in another tab; this page stays as it is until you reload it.",
);
const watchConnection = () => {
  window.addEventListener("offline", () => tell(OFFLINE));
  window.addEventListener("online", () => tell(""));
  document.body.addEventListener("htmx:sendError", () => tell(OFFLINE));
  document.body.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) {
      tell(SIGNED_OUT);
      /* Without its trigger the page stops asking */
      event.detail.elt.removeAttribute("hx-trigger");
      window.htmx.process(event.detail.elt);
    }
  });
  document.body.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.xhr.status < 400) {
      tell("");
    }
  });
};

const ready = () => {
  watchConnection();
  for (const field of document.querySelectorAll("input[data-utc]")) {
    const date = new Date(field.dataset.utc);
    const local = new Date(date.getTime() - date.getTimezoneOffset() * 60000);
    field.value = local.toISOString().slice(0, 16);
  }
  for (const field of document.querySelectorAll("[data-time-zone]")) {
    field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  }
  nameTheme();
  showTimes(document);
  /* Where a row of tabs is wider than the screen, the one that is open comes into view */
  for (const tab of document.querySelectorAll(":is(.subnav, .state-tabs) [aria-current]")) {
    const row = tab.closest(".subnav, .state-tabs");
    const [at, from] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
    row.scrollLeft += at.left - from.left - (from.width - at.width) / 2;
  }
  setInterval(() => showTimes(document), 60000);
  // With the swap, not after it: a time that is painted twice may take a line less the second time.
  for (const swapped of ["htmx:afterSwap", "htmx:oobAfterSwap"]) {
    document.body.addEventListener(swapped, (event) => showTimes(event.target));
  }
};
ready();
