/* Every command of the workspace by its name: keys and buttons call the same. */
import { gettext, ngettext } from "../shared/words.js";
import { wishes } from "./storage.js";
import { groupName, inSentence } from "./wording.js";

export const createCommands = ({
  store,
  gallery,
  field,
  decisions,
  lease,
  choices,
  keysSheet,
  grid,
  root,
  classes,
  say,
  showPart,
}) => {
  const find = (selector) => document.querySelector(selector);
  let drawingFrom = "";

  const goField = (by) => {
    const images = [...store.state.images.values()];
    const at = images.findIndex((image) => image.id === field.image()?.id);
    const next = images[Math.min(Math.max(at + by, 0), images.length - 1)];
    const cell = gallery
      .order()
      .map((id) => store.cell(id))
      .find((each) => each.image === next?.id);
    if (cell) {
      store.go(cell.id);
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
      say(
        gettext(
          "Draw the box of the missed cell. Arrow keys move it, Shift with arrows changes its size, Enter adds it, Escape gives up.",
        ),
      );
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
      say(gettext("The laboratory reviews blinded. A cell's suggestion is shown once you have named it."));
      return;
    }
    const ai = store.view.ai === "hidden" ? "shown" : "hidden";
    wishes.keep({ ai });
    store.setView({ ai });
    showAi();
    say(store.hidden() ? gettext("What the model says is hidden.") : gettext("What the model says is shown."));
  };
  const showAi = () => {
    const off = store.view.ai === "hidden";
    find("[data-do=toggle_ai]").setAttribute("aria-pressed", String(!off));
    root.classList.toggle("ai-hidden", off);
  };
  const go = (way) => store.go(gallery.beside(store.at(), way));
  const stepOpen = (by) => {
    const next = store.nextOpen(store.at(), by);
    if (next) {
      store.go(next);
    } else {
      say(gettext("No cell is left to review here."));
    }
  };
  const commands = {
    confirm: () => decisions.confirm(),
    confirm_class: () => {
      const group = store.groupOf(store.at());
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
      const group = store.groupOf(store.at());
      if (group) {
        store.choose(group.cells.map((cell) => cell.id));
        say(
          ngettext("{count} cell chosen: {classes}.", "{count} cells chosen: {classes}.", group.cells.length, {
            classes: inSentence(groupName(group.code, classes)),
          }),
        );
      }
    },
    field: () => {
      if (field.hasFocus()) {
        showPart("cells");
        grid.focus();
      } else if (store.cell(store.at())) {
        showPart("field");
        field.show(store.cell(store.at()), true);
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
    reject: () => find("[data-reject]")?.click(),
    help: () => keysSheet.open(),
    smaller: () => choices.resizeTiles(-1),
    larger: () => choices.resizeTiles(1),
    release: () => lease.release(),
    all: () => {
      store.showAll();
      store.go(store.at() || store.order()[0]);
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
