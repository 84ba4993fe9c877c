/* The parts of the page: how wide, how high, and on a phone which one is shown. Remembered in this browser. */
(() => {
  "use strict";
  const review = window.hematovision.review;
  const SHELF = "hematovision.review.panels";
  const STEP = 2;

  const remembered = () => {
    try {
      return JSON.parse(localStorage.getItem(SHELF) || "{}");
    } catch {
      return {};
    }
  };

  /* Wishes about the page (sizes, order, tile size): nothing of any case */
  review.wishes = {
    ...remembered(),
    keep(changes) {
      Object.assign(this, changes);
      try {
        localStorage.setItem(SHELF, JSON.stringify(this));
      } catch {
        document.documentElement.dataset.storage = "closed";
      }
    },
  };

  /* Where one was in a case, for this tab: the back button and a reload find it again. A link may name a cell */
  review.createPlace = (caseId) => {
    const shelf = `hematovision.review.place.${caseId}`;
    let at = "";
    return {
      keep(id) {
        at = id;
        try {
          sessionStorage.setItem(shelf, id);
        } catch {
          document.documentElement.dataset.storage = "closed";
        }
      },
      find() {
        const named = window.location.hash.replace("#cell-", "");
        if (named) {
          history.replaceState(history.state, "", window.location.pathname);
          return named;
        }
        try {
          return at || sessionStorage.getItem(shelf) || "";
        } catch {
          return at;
        }
      },
    };
  };

  const startSplitter = (splitter, root) => {
    const { name } = splitter.dataset;
    const across = splitter.getAttribute("aria-orientation") === "vertical";
    const [least, most] = [Number(splitter.getAttribute("aria-valuemin")), Number(splitter.getAttribute("aria-valuemax"))];
    const set = (value, keep) => {
      const share = Math.min(most, Math.max(least, Number.isFinite(value) ? value : least));
      root.style.setProperty(`--${name}`, `${share}%`);
      splitter.setAttribute("aria-valuenow", String(Math.round(share)));
      if (keep) {
        review.wishes.keep({ [name]: share });
      }
    };
    set(review.wishes[name] ?? Number(splitter.getAttribute("aria-valuenow")), false);
    splitter.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      splitter.setPointerCapture(event.pointerId);
      splitter.classList.add("moving");
    });
    splitter.addEventListener("pointermove", (event) => {
      if (splitter.hasPointerCapture(event.pointerId)) {
        const area = splitter.parentElement.getBoundingClientRect();
        set(across ? ((event.clientX - area.left) / area.width) * 100 : ((area.bottom - event.clientY) / area.height) * 100, false);
      }
    });
    splitter.addEventListener("pointerup", () => {
      splitter.classList.remove("moving");
      set(Number.parseFloat(root.style.getPropertyValue(`--${name}`)), true);
    });
    splitter.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP }[event.key];
      if (by) {
        event.preventDefault();
        event.stopPropagation();
        set(Number(splitter.getAttribute("aria-valuenow")) + by, true);
      }
    });
  };

  review.startPanels = (root, { onShow }) => {
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
})();
