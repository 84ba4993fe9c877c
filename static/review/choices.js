/* Which cells are shown, in which order, how large: the line above the gallery, and what it says when none is left. */
import { gettext } from "../shared/words.js";
import { wishes } from "./storage.js";
import { groupName, inSentence } from "./wording.js";

const TILES = [60, 76, 84, 108, 136];
const NARROW = "(max-width: 56rem)";

export const createChoices = (grid, { store, gallery, classes, say, onField }) => {
  const find = (selector) => document.querySelector(selector);
  const empty = find("[data-empty]");
  const controls = Object.fromEntries(["sort", "show", "field"].map((name) => [name, find(`[data-${name}-choice]`)]));
  const usual = window.matchMedia(NARROW).matches ? 76 : 84;
  let fields = null;

  const showFields = () => {
    const { images } = store.state;
    if (images === fields) {
      return;
    }
    fields = images;
    const options = [...images.values()].map(
      (image) => new Option(gettext("Field {number}", { number: image.ordinal }), image.id),
    );
    controls.field.replaceChildren(new Option(gettext("All fields"), ""), ...options);
    controls.field.closest("label").hidden = images.size < 2;
  };
  const showEmpty = () => {
    empty.hidden = store.order().length > 0;
    if (empty.hidden) {
      return;
    }
    const filtered = store.cells().some((cell) => !cell.removed);
    const title = store.view.show === "open" ? gettext("Nothing left to review here") : gettext("No cell is like that");
    empty.querySelector("h2").textContent = filtered ? title : gettext("No cells");
    empty.querySelector("p").textContent = filtered
      ? gettext("Other cells are hidden by the choice above.")
      : gettext("No cell was detected in these fields. Add one by drawing its box in the field.");
    empty.querySelector("button").hidden = !filtered;
  };
  const choose = (name, value) => {
    if (name === "sort") {
      wishes.keep({ sort: value });
    }
    if (name === "field" && value) {
      onField(store.state.images.get(value));
    }
    store.setView({ [name]: value });
    grid.focus();
  };
  const resizeTiles = (by) => {
    const at = TILES.indexOf(TILES.includes(wishes.tile) ? wishes.tile : usual);
    const side = TILES[Math.min(Math.max(at + by, 0), TILES.length - 1)];
    if (by) {
      wishes.keep({ tile: side });
    }
    gallery.resize(side);
    find("[data-tile-scale]").style.width = `${gallery.pxOf(10)}px`;
  };

  for (const [name, control] of Object.entries(controls)) {
    control.addEventListener("change", () => choose(name, control.value));
  }
  resizeTiles(0);

  return {
    resizeTiles,
    render() {
      const { label } = store.view;
      showFields();
      for (const [name, control] of Object.entries(controls)) {
        control.value = store.view[name];
      }
      find("[data-only]").hidden = !label;
      find("[data-only-name]").textContent = label ? groupName(label, classes) : "";
      showEmpty();
    },
    only(code) {
      choose("label", code === store.view.label ? "" : code);
    },
    toReviewOnly() {
      choose("show", store.view.show === "open" ? "all" : "open");
    },
    nextSort() {
      const next = (controls.sort.selectedIndex + 1) % controls.sort.options.length;
      choose("sort", controls.sort.options[next].value);
      say(gettext("Order: {order}.", { order: inSentence(controls.sort.selectedOptions[0].textContent) }));
    },
  };
};

/** The order this person chose last, where it still is one of those offered. */
export const wishedSort = () => {
  const offered = [...document.querySelector("[data-sort-choice]").options].map((option) => option.value);
  return offered.includes(wishes.sort) ? wishes.sort : "doubt";
};
