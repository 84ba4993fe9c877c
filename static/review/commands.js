/* Every command of the workspace by its name: keys and buttons call the same. */
(() => {
  "use strict";
  const review = window.hematovision.review;
  const { wishes } = review;

  review.createCommands = ({ store, gallery, cursor, field, decisions, lease, choices, keys, grid, root, classes, hidden, say, showPart, onAi }) => {
    const find = (selector) => document.querySelector(selector);
    let drawingFrom = "";

    const goField = (by) => {
      const images = [...store.state.images.values()];
      const at = images.findIndex((image) => image.id === field.image()?.id);
      const next = images[Math.min(Math.max(at + by, 0), images.length - 1)];
      const cell = gallery.order().map((id) => store.cell(id)).find((each) => each.image === next?.id);
      if (cell) {
        cursor.go(cell.id);
      }
      field.open(next);
    };
    const draw = () => {
      if (field.pencil.isOn()) {
        field.pencil.end();
        return;
      }
      showPart("field");
      drawingFrom = field.hasFocus() ? "field" : "gallery";
      if (field.pencil.start()) {
        find("[data-do=add]").setAttribute("aria-pressed", "true");
        field.focus();
        say("Draw the box of the missed cell. Arrow keys move it, Shift with arrows changes its size, Enter adds it, Escape gives up.");
      }
    };
    const toggleBoxes = () => {
      const button = find("[data-do=boxes]");
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      field.boxes(on);
    };
    const toggleAi = () => {
      if (store.state.blind) {
        say("The laboratory reads blind. A cell's suggestion is shown once you have named it.");
        return;
      }
      wishes.keep({ ai: wishes.ai === "hidden" ? "shown" : "hidden" });
      showAi();
      onAi();
      say(hidden() ? "What the machine says is hidden." : "What the machine says is shown.");
    };
    const showAi = () => {
      const off = wishes.ai === "hidden";
      find("[data-do=toggle_ai]").setAttribute("aria-pressed", String(!off));
      root.classList.toggle("ai-hidden", off);
    };
    const go = (way) => cursor.go(gallery.beside(cursor.at(), way));
    const stepOpen = (by) => {
      const next = cursor.nextOpen(cursor.at(), by);
      if (next) {
        cursor.go(next);
      } else {
        say("No cell is left to review here.");
      }
    };
    const commands = {
      confirm: () => decisions.confirm(),
      confirm_class: () => {
        const group = gallery.groupOf(cursor.at());
        if (group) {
          decisions.confirmGroup(group.code);
        }
      },
      exclude: () => decisions.exclude(),
      remove: () => decisions.remove(),
      flag: () => decisions.flag(),
      undo: () => decisions.back("undo"),
      redo: () => decisions.back("redo"),
      include: () => decisions.include(),
      next: () => go("right"),
      previous: () => go("left"),
      down: () => go("down"),
      up: () => go("up"),
      next_doubtful: () => stepOpen(1),
      previous_doubtful: () => stepOpen(-1),
      select_class: () => {
        const group = gallery.groupOf(cursor.at());
        if (group) {
          cursor.choose(group.cells.map((cell) => cell.id));
          say(`${review.plural(group.cells.length, "cell")} chosen: ${review.groupName(group.code, classes).toLowerCase()}.`);
        }
      },
      field: () => {
        if (field.hasFocus()) {
          showPart("cells");
          grid.focus();
        } else if (store.cell(cursor.at())) {
          showPart("field");
          field.show(store.cell(cursor.at()), true);
          field.focus();
        }
      },
      add: draw,
      zoom_in: () => field.zoom("in"),
      zoom_out: () => field.zoom("out"),
      whole_field: () => field.zoom("home"),
      boxes: toggleBoxes,
      next_field: () => goField(1),
      previous_field: () => goField(-1),
      to_review_only: () => choices.toReviewOnly(),
      sort: () => choices.nextSort(),
      toggle_ai: toggleAi,
      discuss: () => find("[data-cell-talk]").click(),
      help: () => keys.open(),
      smaller: () => choices.resizeTiles(-1),
      larger: () => choices.resizeTiles(1),
      release: () => lease.release(),
      all: () => {
        choices.reset();
        cursor.go(cursor.at() || gallery.order()[0]);
        grid.focus();
      },
    };
    for (const code of Object.keys(classes)) {
      commands[`label.${code}`] = () => decisions.label(code);
    }
    document.addEventListener("click", (event) => {
      const button = event.target instanceof Element && event.target.closest("[data-do]");
      if (button && commands[button.dataset.do]) {
        commands[button.dataset.do]();
        /* After a click of the mouse the keys are the cells' again; whoever came by Tab stays where they are */
        if (event.detail > 0 && button.closest("[data-hand-back]") && !document.querySelector("dialog[open]")) {
          grid.focus({ preventScroll: true });
        }
      }
    });

    return {
      all: commands,
      showAi,
      /* The box was added or given up: back to where the drawing began */
      drawn() {
        find("[data-do=add]").setAttribute("aria-pressed", "false");
        if (drawingFrom === "gallery") {
          grid.focus();
        }
      },
    };
  };
})();
