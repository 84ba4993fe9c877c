/* What this browser remembers of the workspace. Each store may be closed, as in some private windows: then nothing is
   remembered, and the page says so on its root. */
const WISHES = "hematovision.review.panels";

const closed = () => {
  document.documentElement.dataset.storage = "closed";
};
const read = (name) => {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? undefined;
  } catch {
    return undefined;
  }
};

/** Wishes about the page (sizes, order, tile size): nothing of any case. */
export const wishes = {
  ...read(WISHES),
  keep(changes) {
    Object.assign(this, changes);
    try {
      localStorage.setItem(WISHES, JSON.stringify(this));
    } catch {
      closed();
    }
  },
};

/** Where the unsaved actions of one person on one case outlive a reload. */
export const createShelf = (user, caseId) => {
  const name = `hematovision.review.unsaved.${user}.${caseId}`;
  return {
    read: () => read(name) ?? [],
    write(actions) {
      try {
        if (actions.length) {
          localStorage.setItem(name, JSON.stringify(actions));
        } else {
          localStorage.removeItem(name);
        }
      } catch {
        /* The question before leaving still guards what is not saved */
        closed();
      }
    },
  };
};

/** Where one was in a case, for this tab: the back button and a reload find it again. A link may name a cell. */
export const createPlace = (caseId) => {
  const name = `hematovision.review.place.${caseId}`;
  let at = "";
  return {
    keep(id) {
      at = id;
      try {
        sessionStorage.setItem(name, id);
      } catch {
        closed();
      }
    },
    find() {
      const named = window.location.hash.replace("#cell-", "");
      if (named) {
        history.replaceState(history.state, "", window.location.pathname);
        return named;
      }
      try {
        return at || sessionStorage.getItem(name) || "";
      } catch {
        return at;
      }
    },
  };
};
