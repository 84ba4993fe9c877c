/* The review workspace: one reader, one case, the keyboard. Ties the parts together and answers the keys. */
(() => {
  "use strict";
  const review = window.hematovision.review;
  const POLL_MS = 700;
  const LOAD_AGAIN_MS = 2000;
  const MOST_LOAD_AGAIN_MS = 20000;
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
    const said = find("[data-say]");
    const dialogs = { keys: find("#review-keys"), reason: find("#review-reason") };
    let loaded = false;

    const hidden = () => Boolean(store.state.blind) || wishes.ai === "hidden";
    const place = review.createPlace(caseId);
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
    const differential = review.createDifferential(find("[data-differential]"), { classes, onClass: (code) => choices.only(code) });
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
          choices.reset();
          cursor.go(id);
        }
      },
      onDrawn: (image, box) => decisions.add(image, box),
      onDrawEnd: () => {
        commands.drawn();
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
        const again = ["undo", "redo", "add"].includes(action.kind) ? [] : [["Do mine again", () => (notices.set("stale"), gallery.mark([]), decisions.again(action))]];
        notices.set("stale", sentence, { tone: "warn", actions: [...again, ["Leave it", () => (notices.set("stale"), gallery.mark([]))]] });
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
    const choices = review.createChoices(grid, {
      store,
      gallery,
      cursor,
      classes,
      hidden,
      say,
      onField: (image) => field.open(image),
      onChange: () => showAll([]),
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

    const showAll = (ids) => {
      choices.arrange(loaded);
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
      differential.show(store.state.differential, choices.label());
      /* Counts of suggestions say what the machine thinks. A blind laboratory is not sent them at all */
      differential.veil(hidden() && !store.state.blind && store.todo().unreviewed > 0);
    };
    const landOn = (ids) => {
      const id = ids.find((each) => store.cell(each) && !store.cell(each).removed) || ids[0];
      if (!id || !store.cell(id)) {
        return;
      }
      /* What an undo took away again is no place to go to */
      if (!gallery.has(id) && !store.cell(id).removed) {
        choices.reset();
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

    /* ---- loading */

    let failures = 0;
    let loadTimer = 0;
    const load = async () => {
      clearTimeout(loadTimer);
      const answer = await line.send("state/");
      if (answer.trouble || !answer.ok) {
        if (answer.trouble === "signed_out") {
          notices.set("load", "You were signed out. Sign in again in another tab, then come back to this one.", { tone: "warn", actions: [["Sign in", loginUrl], ["I am signed in again", recover]] });
        } else {
          notices.set("load", answer.body?.detail || "The cells could not be loaded. It is tried again.", { tone: "warn", actions: [["Try now", load]] });
        }
        if (["offline", "server"].includes(answer.trouble)) {
          failures += 1;
          loadTimer = setTimeout(load, Math.min(failures * LOAD_AGAIN_MS, MOST_LOAD_AGAIN_MS));
        }
        return;
      }
      failures = 0;
      notices.set("load");
      loaded = true;
      grid.setAttribute("aria-busy", "false");
      /* Asked before the cells are arranged, which puts the cursor on the first one */
      const arriving = !cursor.at();
      const before = arriving ? place.find() : "";
      store.reset(answer.body);
      choices.fillFields();
      keys.load(answer.body.keys);
      root.classList.toggle("blind", Boolean(answer.body.blind));
      find("[data-do=toggle_ai]").hidden = Boolean(answer.body.blind);
      lease.show();
      if (gallery.has(before)) {
        cursor.go(before);
      } else if (arriving && gallery.order().length) {
        cursor.go(cursor.nextOpen(gallery.order().at(-1)) || gallery.order()[0]);
      } else if (cursor.at()) {
        cursor.go(cursor.at());
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

    const commands = review.createCommands({ store, gallery, cursor, field, decisions, lease, choices, keys, grid, root, classes, hidden, say, showPart: (part) => panels.show(part), onAi: () => showAll(null) });
    review.listenToKeys({ dialogs, reasonSheet, keys, field, cursor, gallery, commands: commands.all, isLoaded: () => loaded });

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
    commands.showAi();
    grid.focus({ preventScroll: true });
    review.queue = queue;
    load();
  };
  document.addEventListener("DOMContentLoaded", start);
})();
