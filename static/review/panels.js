/* The parts of the page: how wide, how high, and on a phone which one is shown. Remembered in this browser. */
import { wishes } from "./storage.js";

const STEP = 2;
const isRightToLeft = document.documentElement.dir === "rtl";

const fromStart = (event, area) => (isRightToLeft ? area.right - event.clientX : event.clientX - area.left);

const startSplitter = (splitter, root) => {
  const { name } = splitter.dataset;
  const across = splitter.getAttribute("aria-orientation") === "vertical";
  const [least, most] = [
    Number(splitter.getAttribute("aria-valuemin")),
    Number(splitter.getAttribute("aria-valuemax")),
  ];
  const set = (value, keep) => {
    const share = Math.min(most, Math.max(least, Number.isFinite(value) ? value : least));
    root.style.setProperty(`--${name}`, `${share}%`);
    splitter.setAttribute("aria-valuenow", String(Math.round(share)));
    if (keep) {
      wishes.keep({ [name]: share });
    }
  };
  set(wishes[name] ?? Number(splitter.getAttribute("aria-valuenow")), false);
  splitter.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    splitter.setPointerCapture(event.pointerId);
    splitter.classList.add("moving");
  });
  splitter.addEventListener("pointermove", (event) => {
    if (splitter.hasPointerCapture(event.pointerId)) {
      const area = splitter.parentElement.getBoundingClientRect();
      set(
        across ? (fromStart(event, area) / area.width) * 100 : ((area.bottom - event.clientY) / area.height) * 100,
        false,
      );
    }
  });
  splitter.addEventListener("pointerup", () => {
    splitter.classList.remove("moving");
    set(Number.parseFloat(root.style.getPropertyValue(`--${name}`)), true);
  });
  splitter.addEventListener("keydown", (event) => {
    const onwards = isRightToLeft ? -STEP : STEP;
    const by = { ArrowLeft: -onwards, ArrowDown: -STEP, ArrowRight: onwards, ArrowUp: STEP }[event.key];
    if (by) {
      event.preventDefault();
      event.stopPropagation();
      set(Number(splitter.getAttribute("aria-valuenow")) + by, true);
    }
  });
};

/** Start the splitters and, on a phone, the tabs of the parts. */
export const startPanels = (root, { onShow }) => {
  for (const splitter of root.querySelectorAll("[role=separator]")) {
    startSplitter(splitter, root);
  }
  const tabs = [...document.querySelectorAll("[data-part-tab]")];
  const show = (part) => {
    root.dataset.part = part;
    for (const tab of tabs) {
      tab.setAttribute("aria-pressed", String(tab.dataset.partTab === part));
    }
    onShow(part);
  };
  for (const tab of tabs) {
    tab.addEventListener("click", () => show(tab.dataset.partTab));
  }
  return { show };
};
