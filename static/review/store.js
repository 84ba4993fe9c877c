/* All that the workspace knows, in one place and without a page: what the server said, what was decided here and is not
   saved yet, which cells are shown in which order, and which are chosen. Views draw from it and are told of changes.
   Nothing is drawn from anything else, so a refused action takes itself back by leaving the list. */
import { arrange } from "./order.js";
import { standing, withEffects } from "./pending_effects.js";
import { gone, nextOpen, NOTHING_CHOSEN, carriedOver } from "./selection.js";

const FROM_SERVER = ["case", "lease", "blind", "model", "differential", "undo", "redo", "keys", "todo"];
const ALL = { show: "all", field: "", label: "" };

/**
 * `classes` are the codes of the classes in their order; `sort` and `ai` ("shown" or "hidden") what the reviewer wishes.
 * A listener is told `{cells}` (ids that changed, null for all) or `{moved: true, closeUp}`.
 */
export const createStore = ({ classes, sort = "doubt", ai = "shown" }) => {
  const saved = new Map();
  const derived = new Map();
  const listeners = [];
  const pending = [];
  const state = { images: new Map(), todo: { unreviewed: 0, unidentified: 0, flagged: 0 } };
  const view = { ...ALL, sort, ai };
  const displayed = new Set();
  let loaded = false;
  let groups = [];
  let order = [];
  let groupOf = new Map();
  let selection = NOTHING_CHOSEN;
  let marked = new Set();

  const tell = (change) => {
    for (const listener of listeners) {
      listener(change);
    }
  };
  const hidden = () => Boolean(state.blind) || view.ai === "hidden";

  const derive = (id, actions) => {
    const cell = saved.get(id);
    if (!cell) {
      derived.delete(id);
      return;
    }
    const unsaved = pending.some((action) => action.cells.includes(id));
    derived.set(id, { ...withEffects(cell, actions), ...(unsaved ? { unsaved } : {}) });
  };
  const adopt = (answer) => {
    for (const name of FROM_SERVER) {
      if (answer[name] !== undefined) {
        state[name] = answer[name];
      }
    }
    if (answer.images) {
      state.images = new Map(answer.images.map((image) => [image.id, image]));
    }
  };
  const arrangeAnew = () => {
    const before = order;
    groups = arrange([...derived.values()], { ...view, images: state.images, classes, hidden: hidden() });
    order = groups.flatMap((group) => group.cells.map((cell) => cell.id));
    groupOf = new Map(groups.flatMap((group) => group.cells.map((cell) => [cell.id, group])));
    selection = carriedOver(selection, before, order);
  };
  const changed = (ids) => {
    if (loaded) {
      arrangeAnew();
      tell({ cells: ids });
    }
  };
  const select = (next, closeUp = false) => {
    selection = next;
    tell({ moved: true, closeUp });
  };

  const store = {
    state,
    pending,
    view,
    hidden,
    listen: (listener) => listeners.push(listener),
    isLoaded: () => loaded,

    /* ---- cells */
    cell: (id) => derived.get(id),
    saved: (id) => saved.get(id),
    cells: () => [...derived.values()],
    image: (cell) => state.images.get(cell.image),
    /* Everything anew, as the server has it */
    reset(answer) {
      adopt(answer);
      saved.clear();
      derived.clear();
      for (const cell of answer.cells) {
        saved.set(cell.id, cell);
      }
      const actions = standing(pending);
      for (const id of saved.keys()) {
        derive(id, actions);
      }
      if (!state.images.has(view.field)) {
        view.field = "";
      }
      loaded = true;
      changed(null);
    },
    /* An answer to one action. Another tab may have told of a later state already: the higher revision stays */
    merge(answer) {
      adopt(answer);
      const ids = [];
      for (const cell of answer.cells || []) {
        const known = saved.get(cell.id);
        if (!known || cell.revision >= known.revision) {
          saved.set(cell.id, cell);
        }
        ids.push(cell.id);
      }
      for (const id of answer.gone || []) {
        saved.delete(id);
        ids.push(id);
      }
      return ids;
    },
    refresh(ids) {
      const actions = standing(pending);
      for (const id of new Set(ids)) {
        derive(id, actions);
      }
      changed(ids);
    },
    /* What is left to do, with what is not saved yet counted in */
    todo() {
      const left = { total: 0, unreviewed: 0, unidentified: 0, flagged: 0 };
      for (const cell of derived.values()) {
        if (!cell.removed) {
          left.total += 1;
          left.unreviewed += cell.reviewed ? 0 : 1;
          left.unidentified += !cell.excluded && cell.label === "unidentified" ? 1 : 0;
          left.flagged += cell.flagged ? 1 : 0;
        }
      }
      return left;
    },

    /* ---- what is shown */
    groups: () => groups,
    order: () => order,
    has: (id) => groupOf.has(id),
    groupOf: (id) => groupOf.get(id),
    setView(changes) {
      Object.assign(view, changes);
      changed("ai" in changes ? null : []);
    },
    showAll: (show = ALL.show) => store.setView({ ...ALL, show }),
    /* Cells whose image has been on this screen: only those are decided on many at a time */
    hasSeen: (id) => displayed.has(id),
    see: (id) => displayed.add(id),
    isMarked: (id) => marked.has(id),
    mark(ids) {
      marked = new Set(ids);
      changed([]);
    },

    /* ---- what is chosen */
    at: () => selection.at,
    chosen: () => selection.chosen,
    chosenCells: () => [...selection.chosen].map((id) => derived.get(id)).filter(Boolean),
    go(id, { closeUp = false, ...how } = {}) {
      if (derived.has(id)) {
        select(gone(selection, order, id, how), closeUp);
      }
    },
    choose: (ids) => select({ ...selection, chosen: new Set(ids) }),
    /* The next cell nobody has decided on, but for those in `without` */
    nextOpen(id, by = 1, without = new Set()) {
      return nextOpen(order, id, by, (other) => {
        const cell = derived.get(other);
        return !without.has(other) && !cell.reviewed && !cell.pending;
      });
    },
    /* Where an answer of the server leads: to its cells, shown again where they were filtered out */
    landOn(ids) {
      const id = ids.find((each) => derived.has(each) && !derived.get(each).removed) || ids[0];
      const cell = derived.get(id);
      if (!cell) {
        return;
      }
      /* A cell that an undo removed cannot be gone to */
      if (!groupOf.has(id) && !cell.removed) {
        store.showAll();
      }
      if (groupOf.has(id)) {
        store.go(id);
        if (ids.length > 1) {
          store.choose(ids.filter((each) => groupOf.has(each)));
        }
      }
    },
  };
  return store;
};
