/* Which cells are looked at, in which order, how large: the line above the gallery, and what it says when none is left. */
(() => {
  "use strict";
  const review = window.hematovision.review;
  const { wishes } = review;
  const TILES = [60, 76, 84, 108, 136];
  const NARROW = "(max-width: 56rem)";

  review.createChoices = (grid, { store, gallery, cursor, classes, hidden, say, onField, onChange }) => {
    const find = (selector) => document.querySelector(selector);
    const empty = find("[data-empty]");
    const controls = Object.fromEntries(["sort", "show", "field"].map((name) => [name, find(`[data-${name}-choice]`)]));
    const usual = window.matchMedia(NARROW).matches ? 76 : 84;
    let label = "";

    const arrange = (loaded) => {
      const before = gallery.order();
      const show = controls.show.value;
      gallery.arrange(
        review.arrange(store.cells(), {
          images: store.state.images,
          classes: Object.keys(classes),
          sort: controls.sort.value,
          show,
          field: controls.field.value,
          label,
          hidden: hidden(),
        }),
      );
      cursor.settle(before);
      const none = gallery.order().length === 0;
      empty.hidden = !none || !loaded;
      if (none) {
        const filtered = store.cells().some((cell) => !cell.removed);
        empty.querySelector("h2").textContent = !filtered ? "No cells" : show === "open" ? "Nothing left to review here" : "No cell is like that";
        empty.querySelector("p").textContent = !filtered
          ? "The machine located no cell in these fields. Add one by drawing its box in the field."
          : "Other cells are hidden by the choice above.";
        empty.querySelector("button").hidden = !filtered;
      }
    };
    const only = (code) => {
      label = code === label ? "" : code;
      find("[data-only]").hidden = !label;
      find("[data-only-name]").textContent = label ? review.groupName(label, classes) : "";
      onChange();
      grid.focus();
    };
    const reset = (show = "all") => {
      controls.show.value = show;
      controls.field.value = "";
      label = "";
      find("[data-only]").hidden = true;
      onChange();
    };
    const choose = (name) => {
      if (name === "sort") {
        wishes.keep({ sort: controls.sort.value });
      }
      if (name === "field" && controls.field.value) {
        onField(store.state.images.get(controls.field.value));
      }
      onChange();
      grid.focus();
    };
    const fillFields = () => {
      const kept = controls.field.value;
      controls.field.replaceChildren(new Option("All fields", ""), ...[...store.state.images.values()].map((image) => new Option(`Field ${image.ordinal}`, image.id)));
      controls.field.value = store.state.images.has(kept) ? kept : "";
      controls.field.closest("label").hidden = store.state.images.size < 2;
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

    for (const name of Object.keys(controls)) {
      controls[name].addEventListener("change", () => choose(name));
    }
    controls.sort.value = [...controls.sort.options].some((option) => option.value === wishes.sort) ? wishes.sort : "doubt";
    resizeTiles(0);

    return {
      arrange,
      only,
      reset,
      fillFields,
      resizeTiles,
      label: () => label,
      toReviewOnly() {
        controls.show.value = controls.show.value === "open" ? "all" : "open";
        choose("show");
      },
      nextSort() {
        controls.sort.selectedIndex = (controls.sort.selectedIndex + 1) % controls.sort.options.length;
        choose("sort");
        say(`Order: ${controls.sort.selectedOptions[0].textContent.toLowerCase()}.`);
      },
    };
  };
})();
