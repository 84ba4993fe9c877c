/* The review workspace: one reader, one case, the keyboard. Ties the parts together and answers the keys. */
(() => {
  "use strict";
  const review = window.hematovision.review;
  const TILES = [60, 76, 84, 108, 136];
  const NARROW = "(max-width: 56rem)";
  const POLL_MS = 700;
  const MOST_POLLS = 90;
  const { wishes } = review;

  const start = () => {
    const root = document.querySelector("[data-workspace]");
    if (!root) {
      return;
    }
    const find = (selector) => document.querySelector(selector);
    const { classes, reasons } = JSON.parse(find("#review-data").textContent);
    const { base, user, csrf, case: caseId, caseUrl, loginUrl, amendment } = root.dataset;
    const grid = find("[data-gallery]");
    const empty = find("[data-empty]");
    const said = find("[data-say]");
    const dialogs = { keys: find("#review-keys"), reason: find("#review-reason") };
    const controls = Object.fromEntries(["sort", "show", "field"].map((name) => [name, find(`[data-${name}-choice]`)]));
    let label = "";
    let loaded = false;
    let drawingFrom = "";

    const hidden = () => Boolean(store.state.blind) || wishes.ai === "hidden";
    /* Where one was, for this tab: the back button and a reload find it again. A link may name a cell */
    const place = {
      shelf: `hematovision.review.place.${caseId}`,
      keep(id) {
        try {
          sessionStorage.setItem(this.shelf, id);
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
        return document.documentElement.dataset.storage === "closed" ? "" : sessionStorage.getItem(this.shelf) || "";
      },
    };
    const say = (words) => {
      said.textContent = words;
    };
    const store = review.createStore();
    const line = review.createLine({ base, user, csrf });
    const pictures = review.createPictures();
    const notices = review.createNotices(find("[data-notices]"));
    const describe = review.describeWith({ store, classes, hidden });
    const reasonSheet = review.createReasonSheet(dialogs.reason);

    const gallery = review.createGallery(grid, {
      store,
      pictures,
      classes,
      describe,
      hidden,
      onPick: (id, { range, toggle }) => {
        cursor.go(id, { extend: range, toggle });
        grid.focus();
      },
      onOpen: (id) => {
        cursor.go(id, { closeUp: true });
        panels.show("field");
      },
      onConfirmGroup: (code) => decisions.confirmGroup(code),
    });
    const showCell = review.createCellPanel(find("[data-cell-panel]"), { store, pictures, classes, reasons, hidden });
    const differential = review.createDifferential(find("[data-differential]"), { classes, onClass: (code) => only(label === code ? "" : code) });
    const cursor = review.createCursor(gallery, store, (closeUp) => {
      const cell = store.cell(cursor.at());
      gallery.show(cell.id, cursor.chosen());
      field.show(cell, closeUp);
      showCell(cell, cursor.chosen().size);
      showActions();
      place.keep(cell.id);
    });
    const field = review.createField(find("#osd"), {
      store,
      classes,
      hidden,
      onPick: (id, { range, toggle }) => {
        if (gallery.has(id)) {
          cursor.go(id, { extend: range, toggle });
        } else {
          resetFilters();
          cursor.go(id);
        }
      },
      onDrawn: (image, box) => decisions.add(image, box),
      onDrawEnd: () => {
        find("[data-do=add]").setAttribute("aria-pressed", "false");
        if (drawingFrom === "gallery") {
          grid.focus();
        }
      },
      onImage: (image) => {
        find("[data-field-name]").textContent = `Field ${image.ordinal} of ${store.state.images.size}`;
        find("[data-field-quality]").textContent = image.quality && image.quality !== "good" ? `${image.quality} quality` : "";
      },
    });
    const queue = review.createQueue(store, line, {
      caseId,
      user,
      onSaved: (action, answer, ids) => {
        notices.set("refused");
        if (action.kind === "undo" || action.kind === "redo") {
          landOn(ids);
          say(`${action.kind === "undo" ? "Undone" : "Done again"}: ${review.plural(ids.length, "cell")}.`);
        } else if (action.kind === "add" && ids.length) {
          landOn(ids);
        }
        awaitReadings();
        channel?.postMessage({ caseId, user, answer: { ...answer, lease: undefined } });
      },
      onRefused: (action, problem) => {
        const sentence = problem.detail || "The action was refused. Nothing was changed.";
        notices.set("refused", sentence, { tone: "warn", actions: [["Close", () => notices.set("refused")]] });
        say(sentence);
        if (problem.cell && store.cell(problem.cell)) {
          landOn([problem.cell]);
        }
      },
      onStale: (action, problem) => {
        const ids = (problem.cells || []).map((cell) => cell.id ?? cell);
        const one = store.cell(ids[0]);
        const what = ids.length === 1 && one ? `Cell ${one.n} of field ${store.image(one)?.ordinal} was` : `${review.plural(ids.length || 1, "cell")} of this action ${ids.length === 1 ? "was" : "were"}`;
        const whom = one?.by ? ` by ${one.by.name}` : "";
        const sentence = `${what} changed meanwhile${whom}. Yours was not saved; the cells show what they are now.`;
        const again = ["undo", "redo", "add"].includes(action.kind) ? [] : [["Do mine again", () => (notices.set("stale"), decisions.again(action))]];
        notices.set("stale", sentence, { tone: "warn", actions: [...again, ["Leave it", () => notices.set("stale")]] });
        gallery.mark(ids);
        landOn(ids);
        say(sentence);
      },
      onLost: (problem) => {
        store.merge({ lease: { holder: problem.holder || null, mine: false, until: problem.until || null } });
        lease.show();
      },
      onChange: (status) => {
        progress.showSaving(status);
        showActions();
      },
    });
    const lease = review.createLease(store, line, {
      notices,
      caseUrl,
      amendment: amendment === "yes",
      say,
      refresh: () => load(),
      onClaimed: async () => {
        await load();
        queue.resume();
      },
      onChange: () => showLease(),
    });
    const reread = review.createReread(store, line, { notices, say, load: () => load() });
    const progress = review.createProgress(root, store, {
      notices,
      loginUrl,
      mine: () => lease.mine(),
      resume: () => queue.resume(),
      discard: () => queue.discard(),
      claim: () => lease.claim(),
      recover: () => recover(),
      stale: (yes) => differential.stale(yes),
    });
    const decisions = review.createDecisions({
      store,
      queue,
      gallery,
      cursor,
      lease,
      classes,
      hidden,
      say,
      askReason: (count) => reasonSheet.ask(count).finally(() => grid.focus()),
    });
    const keys = review.createKeys(dialogs.keys, { line, say, onChange: () => showKeys() });
    const channel = "BroadcastChannel" in window ? new BroadcastChannel("hematovision.review") : null;

    /* ---- what is shown */

    const arrange = () => {
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
    const showAll = (ids) => {
      arrange();
      const cell = store.cell(cursor.at());
      if (cell && gallery.has(cell.id)) {
        gallery.show(cell.id, cursor.chosen());
        showCell(cell, cursor.chosen().size);
      } else {
        gallery.render();
        showCell(null, 0);
      }
      field.repaint(ids);
      progress.showTodo();
      showActions();
      differential.show(store.state.differential, label);
    };
    const landOn = (ids) => {
      const id = ids.find((each) => store.cell(each) && !store.cell(each).removed) || ids[0];
      if (!id || !store.cell(id)) {
        return;
      }
      if (!gallery.has(id)) {
        resetFilters(store.cell(id).removed ? "excluded" : "all");
      }
      if (gallery.has(id)) {
        cursor.go(id);
        if (ids.length > 1) {
          cursor.choose(ids.filter((each) => gallery.has(each)));
        }
      }
    };
    const showActions = () => {
      const chosen = [...cursor.chosen()].map((id) => store.cell(id)).filter(Boolean);
      const cell = store.cell(cursor.at());
      for (const button of document.querySelectorAll("[data-do^='label.']")) {
        const code = button.dataset.do.slice(6);
        button.classList.toggle("is-now", chosen.length === 1 && !cell.excluded && review.shownLabel(cell, hidden()) === code);
      }
      const set = (name, on) => {
        for (const button of document.querySelectorAll(`[data-do='${name}']`)) {
          button.disabled = !on;
        }
      };
      set("undo", store.state.undo || store.pending.length);
      set("redo", store.state.redo);
      const press = (name, on) => find(`[data-do='${name}']`)?.setAttribute("aria-pressed", String(on));
      press("flag", chosen.length > 0 && chosen.every((each) => each.flagged));
      press("exclude", chosen.length > 0 && chosen.every((each) => each.excluded));
      find("[data-chosen]").textContent = chosen.length > 1 ? `${chosen.length} chosen` : "";
    };
    const showKeys = () => {
      for (const button of document.querySelectorAll("[data-do]")) {
        const hint = button.querySelector("kbd");
        const key = keys.first(button.dataset.do);
        if (hint) {
          hint.textContent = key;
        }
        if (button.dataset.says) {
          button.title = key ? `${button.dataset.says} (${key})` : button.dataset.says;
        }
      }
    };
    const showLease = () => {
      find("[data-do=release]").hidden = !lease.mine() || amendment === "yes";
      find("[data-lease]").textContent = lease.mine() ? "You are reading" : store.state.lease?.holder ? `In review by ${store.state.lease.holder}` : "Looking only";
      root.classList.toggle("mine", lease.mine());
      reread.offer(lease.mine());
    };
    const recover = async () => {
      const trouble = await line.renew();
      if (trouble === "signed_out" || trouble === "other_person") {
        say(trouble === "signed_out" ? "You are still signed out." : "Somebody else is still signed in.");
        return;
      }
      queue.resume();
      load();
    };

    /* ---- choices above the cells */

    const only = (code) => {
      label = code;
      showAll([]);
      find("[data-only]").hidden = !code;
      find("[data-only-name]").textContent = code ? review.groupName(code, classes) : "";
      grid.focus();
    };
    const resetFilters = (show = "all") => {
      controls.show.value = show;
      controls.field.value = "";
      label = "";
      find("[data-only]").hidden = true;
      showAll([]);
    };
    const fillFields = () => {
      const kept = controls.field.value;
      controls.field.replaceChildren(new Option("All fields", ""), ...[...store.state.images.values()].map((image) => new Option(`Field ${image.ordinal}`, image.id)));
      controls.field.value = store.state.images.has(kept) ? kept : "";
      controls.field.closest("label").hidden = store.state.images.size < 2;
    };
    for (const [name, control] of Object.entries(controls)) {
      control.addEventListener("change", () => {
        if (name === "sort") {
          wishes.keep({ sort: control.value });
        }
        if (name === "field" && control.value) {
          field.open(store.state.images.get(control.value));
        }
        showAll([]);
        if (!gallery.has(cursor.at())) {
          cursor.go(gallery.order()[0]);
        }
        grid.focus();
      });
    }
    const usual = window.matchMedia(NARROW).matches ? 76 : 84;
    const resizeTiles = (by) => {
      const at = TILES.indexOf(TILES.includes(wishes.tile) ? wishes.tile : usual);
      const side = TILES[Math.min(Math.max(at + by, 0), TILES.length - 1)];
      if (by) {
        wishes.keep({ tile: side });
      }
      gallery.resize(side);
      find("[data-tile-scale]").style.width = `${gallery.pxOf(10)}px`;
    };

    /* ---- loading */

    const load = async () => {
      const answer = await line.send("state/");
      if (answer.trouble || !answer.ok) {
        if (answer.trouble === "signed_out") {
          notices.set("load", "You were signed out. Sign in again in another tab, then come back to this one.", { tone: "warn", actions: [["Sign in", loginUrl], ["I am signed in again", recover]] });
        } else {
          notices.set("load", answer.body?.detail || "The cells could not be loaded.", { tone: "danger", actions: [["Try again", load]] });
        }
        return;
      }
      notices.set("load");
      loaded = true;
      grid.setAttribute("aria-busy", "false");
      store.reset(answer.body);
      fillFields();
      keys.load(answer.body.keys);
      root.classList.toggle("blind", Boolean(answer.body.blind));
      find("[data-do=toggle_ai]").hidden = Boolean(answer.body.blind);
      lease.show();
      const before = place.find();
      const first = gallery.has(cursor.at()) ? cursor.at() : gallery.has(before) ? before : cursor.nextOpen(gallery.order().at(-1)) || gallery.order()[0];
      if (first) {
        cursor.go(first);
      } else {
        field.open([...store.state.images.values()][0]);
      }
      queue.restore();
      awaitReadings();
    };
    let polls = 0;
    let pollTimer = 0;
    const awaitReadings = () => {
      clearTimeout(pollTimer);
      const waiting = store.cells().filter((cell) => cell.pending && !cell.unsaved);
      if (!waiting.length || polls > MOST_POLLS) {
        polls = 0;
        return;
      }
      pollTimer = setTimeout(async () => {
        polls += 1;
        for (const { id } of waiting) {
          const answer = await line.send(`cells/${id}/`);
          if (answer.ok && !answer.body.cell.pending) {
            polls = 0;
            store.refresh(store.merge({ cells: [answer.body.cell], differential: answer.body.differential, todo: answer.body.todo }));
            say(describe(store.cell(id)));
          }
        }
        awaitReadings();
      }, POLL_MS);
    };

    /* ---- commands */

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
      panels.show("field");
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
      showAll(null);
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
          panels.show("cells");
          grid.focus();
        } else if (store.cell(cursor.at())) {
          panels.show("field");
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
      to_review_only: () => {
        controls.show.value = controls.show.value === "open" ? "all" : "open";
        controls.show.dispatchEvent(new Event("change"));
      },
      sort: () => {
        controls.sort.selectedIndex = (controls.sort.selectedIndex + 1) % controls.sort.options.length;
        controls.sort.dispatchEvent(new Event("change"));
        say(`Order: ${controls.sort.selectedOptions[0].textContent.toLowerCase()}.`);
      },
      toggle_ai: toggleAi,
      help: () => keys.open(),
      smaller: () => resizeTiles(-1),
      larger: () => resizeTiles(1),
      release: () => lease.release(),
      all: () => {
        resetFilters();
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

    const WAYS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Home: "home", End: "end" };
    const move = (event) => {
      const way = WAYS[event.key];
      const pages = { PageDown: "down", PageUp: "up" }[event.key];
      let to = cursor.at();
      if (way) {
        to = gallery.beside(to, way);
      } else if (pages) {
        for (let row = gallery.page(); row > 0; row -= 1) {
          to = gallery.beside(to, pages);
        }
      } else {
        return false;
      }
      cursor.go(to, { extend: event.shiftKey });
      return true;
    };
    const isControl = (target) => target instanceof Element && Boolean(target.closest("button, a, summary, [role=separator], label, input, select, textarea"));
    const hear = (event) => {
      if (event.isComposing || event.altKey) {
        return false;
      }
      if (dialogs.reason.open) {
        return reasonSheet.hear(event);
      }
      if (dialogs.keys.open) {
        return keys.hear(event);
      }
      if (document.querySelector("dialog[open]") || window.hematovision.isTyping(event.target)) {
        return false;
      }
      if (field.pencil.isOn() && field.pencil.key(event)) {
        return true;
      }
      const control = isControl(event.target);
      /* A button with the focus is pressed by these; the field and its own keys move the field */
      if (control && [" ", "Enter"].includes(event.key)) {
        return false;
      }
      if (event.key === "Escape") {
        if (field.hasFocus()) {
          commands.field();
        } else if (cursor.chosen().size > 1) {
          cursor.alone();
        } else {
          return false;
        }
        return true;
      }
      if (field.hasFocus() && event.key in WAYS) {
        return false;
      }
      if (!control && move(event)) {
        return true;
      }
      const command = keys.commandOf(event);
      if (!command || !loaded) {
        return false;
      }
      commands[command]();
      return true;
    };
    /* Before the frame and OpenSeadragon hear it */
    window.addEventListener(
      "keydown",
      (event) => {
        if (hear(event)) {
          event.preventDefault();
          event.stopImmediatePropagation();
        }
      },
      { capture: true },
    );

    /* ---- the page itself */

    store.listen((ids) => loaded && showAll(ids));
    channel?.addEventListener("message", ({ data }) => {
      if (loaded && data.caseId === caseId && data.user === user) {
        store.refresh(store.merge(data.answer));
      }
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) {
        load();
      }
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && ["signed_out", "other_person"].includes(queue.status().halted)) {
        recover();
      }
    });

    const panels = review.startPanels(root, {
      onShow: () => requestAnimationFrame(() => gallery.render()),
    });
    controls.sort.value = [...controls.sort.options].some((option) => option.value === wishes.sort) ? wishes.sort : "doubt";
    resizeTiles(0);
    showAi();
    grid.focus({ preventScroll: true });
    review.queue = queue;
    load();
  };
  document.addEventListener("DOMContentLoaded", start);
})();
