/* The review workspace: one reviewer, one case, the keyboard. Makes the parts, and says who is told of what.
   The store knows, the views draw from it, the queue saves; parts find each other in `app` when something happens. */
import { gettext } from "../shared/words.js";
import { arrival } from "./arrival.js";
import { createCellPanel } from "./cell_panel.js";
import { createChoices, wishedSort } from "./choices.js";
import { createCommands } from "./commands.js";
import { createDecisions } from "./decisions.js";
import { createDifferential } from "./differential.js";
import { createField } from "./field.js";
import { createGallery } from "./gallery.js";
import { listenToKeys } from "./keyboard.js";
import { createKeysSheet } from "./keys_sheet.js";
import { createLease } from "./lease.js";
import { createLoading } from "./loading.js";
import { createNotices } from "./notices.js";
import { createOutcomes } from "./outcomes.js";
import { startPanels } from "./panels.js";
import { createPictures } from "./pictures.js";
import { createProgress } from "./progress.js";
import { createQueue } from "./queue.js";
import { createReanalysis } from "./reanalysis.js";
import { createReasonSheet } from "./reason_sheet.js";
import { createServer } from "./server.js";
import { createPlace, createShelf, wishes } from "./storage.js";
import { createStore } from "./store.js";
import { createToolbar } from "./toolbar.js";
import { describeWith } from "./wording.js";

const find = (selector) => document.querySelector(selector);

/* What the page and the server say, and where they are asked */
const knowledge = (root) => {
  const page = { ...root.dataset, ...JSON.parse(find("#review-data").textContent) };
  const store = createStore({ classes: Object.keys(page.classes), sort: wishedSort(), ai: wishes.ai });
  const said = find("[data-say]");
  return {
    page,
    store,
    server: createServer(page),
    place: createPlace(page.case),
    notices: createNotices(find("[data-notices]")),
    describe: describeWith({ store, classes: page.classes }),
    channel: "BroadcastChannel" in window ? new BroadcastChannel("hematovision.review") : null,
    say: (words) => {
      said.textContent = words;
    },
  };
};

/* What draws the store, and hears the pointer */
const views = (app, root) => {
  const { store, notices, server, say, describe } = app;
  const { classes, reasons } = app.page;
  const grid = find("[data-gallery]");
  const pictures = createPictures();
  const gallery = createGallery(grid, {
    store,
    pictures,
    classes,
    describe,
    onPick: (id, how) => {
      store.go(id, how);
      grid.focus();
    },
    onOpen: (id) => {
      store.go(id, { closeUp: true });
      app.panels.show("field");
    },
    onConfirmGroup: (code) => app.decisions.confirmGroup(code),
  });
  const field = createField(find("#osd"), {
    store,
    classes,
    onPick: (id, how) => {
      if (!store.has(id)) {
        store.showAll();
      }
      store.go(id, how);
    },
    onDrawn: (image, box) => app.decisions.add(image, box),
    onDrawEnd: () => app.commands.drawn(),
    onImage: (image) => {
      find("[data-field-name]").textContent = gettext("Field {number} of {all}", {
        number: image.ordinal,
        all: store.state.images.size,
      });
      find("[data-field-quality]").textContent =
        { poor: gettext("poor quality"), acceptable: gettext("acceptable quality") }[image.quality] ?? "";
      const back = find("[data-return-field]");
      if (back) {
        back.href = back.dataset.address.replace(find("[data-workspace]").dataset.case, image.id);
        back.hidden = false;
      }
    },
  });
  const onShown = (id) => {
    store.see(id);
    gallery.soon();
  };
  return {
    grid,
    gallery,
    field,
    showCell: createCellPanel(find("[data-cell-panel]"), { store, pictures, classes, reasons, onShown }),
    choices: createChoices(grid, { store, gallery, classes, say, onField: field.open }),
    differential: createDifferential(find("[data-differential]"), {
      classes,
      onClass: (code) => app.choices.only(code),
    }),
    toolbar: createToolbar(store),
    reasonSheet: createReasonSheet(find("#review-reason")),
    keysSheet: createKeysSheet(find("#review-keys"), {
      server,
      say,
      onChange: () => app.toolbar.showKeys(app.keysSheet.first),
    }),
    progress: createProgress(root, store, {
      notices,
      loginUrl: app.page.loginUrl,
      mine: () => app.lease.mine(),
      resume: () => app.queue.resume(),
      discard: () => app.queue.discard(),
      claim: () => app.lease.claim(),
      recover: () => app.recover(),
      stale: (yes) => app.differential.stale(yes),
    }),
  };
};

/* What decides, saves and holds the case */
const deeds = (app, root) => {
  const { page, store, server, notices, say, channel, grid, reasonSheet, gallery } = app;
  const load = () => app.loading.load();
  const outcomes = createOutcomes({
    store,
    notices,
    say,
    again: (action) => app.decisions.again(action),
    onSaved: (answer) => {
      app.loading.awaitPredictions();
      channel?.postMessage({ caseId: page.case, user: page.user, answer: { ...answer, lease: undefined } });
    },
    onLost: () => app.lease.show(),
  });
  const queue = createQueue(store, server, {
    ...outcomes,
    shelf: createShelf(page.user, page.case),
    onChange: (status) => {
      app.progress.showSaving(status);
      app.toolbar.render();
    },
  });
  const reanalysis = createReanalysis(store, server, { notices, say, load });
  const amendment = page.amendment === "yes";
  const lease = createLease(store, server, {
    notices,
    caseUrl: page.caseUrl,
    amendment,
    say,
    refresh: load,
    onClaimed: async () => {
      await load();
      queue.resume();
    },
    onChange: () => {
      const mine = lease.mine();
      const { holder } = store.state.lease ?? {};
      find("[data-do=release]").hidden = !mine || amendment;
      find("[data-lease]").textContent = mine
        ? gettext("You are reviewing")
        : holder
          ? gettext("In review by {holder}", { holder })
          : gettext("Viewing only");
      root.classList.toggle("mine", mine);
      reanalysis.offer(mine);
    },
  });
  const decisions = createDecisions({
    store,
    queue,
    lease,
    classes: page.classes,
    say,
    askReason: (count) => reasonSheet.ask(count).finally(() => grid.focus()),
    turnTo: gallery.turnTo,
  });
  /* After signing in again, perhaps as somebody else */
  const recover = async () => {
    const trouble = await server.renew();
    if (trouble === "signed_out" || trouble === "other_person") {
      say(
        trouble === "signed_out" ? gettext("You are still signed out.") : gettext("Somebody else is still signed in."),
      );
      return;
    }
    queue.resume();
    load();
  };
  return { queue, lease, decisions, recover };
};

/* Draw what changed */
const renderer = (app) => {
  const { store, gallery, field, showCell, choices, progress, toolbar, differential, place } = app;
  const showChosen = () => {
    const cell = store.cell(store.at());
    showCell(cell && store.has(cell.id) ? cell : null, store.chosen().size);
    gallery.show();
    toolbar.render();
  };
  return ({ cells, moved, closeUp }) => {
    if (moved) {
      const cell = store.cell(store.at());
      field.show(cell, closeUp);
      place.keep(cell.id);
      showChosen();
      return;
    }
    choices.render();
    gallery.arrange();
    showChosen();
    field.repaint(cells);
    progress.showTodo();
    differential.show(store.state.differential, store.view.label);
    /* Counts of suggestions say what the model thinks. A blinded laboratory is not sent them at all */
    differential.veil(store.hidden() && !store.state.blind && store.todo().unreviewed > 0);
  };
};

const listen = (app) => {
  const { page, store, queue, channel, loading } = app;
  store.listen(renderer(app));
  channel?.addEventListener("message", ({ data }) => {
    if (store.isLoaded() && data.caseId === page.case && data.user === page.user) {
      store.refresh(store.merge(data.answer));
    }
  });
  window.addEventListener("online", queue.online);
  window.addEventListener("beforeunload", (event) => {
    if (queue.status().unsaved) {
      event.preventDefault();
    }
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      loading.load();
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && ["signed_out", "other_person"].includes(queue.status().halted)) {
      app.recover();
    }
  });
};

const start = (root) => {
  const app = knowledge(root);
  Object.assign(app, views(app, root));
  Object.assign(app, deeds(app, root));
  const { store, server, notices, page, gallery } = app;
  app.panels = startPanels(root, { onShow: gallery.soon });
  app.loading = createLoading({
    store,
    server,
    notices,
    loginUrl: page.loginUrl,
    recover: app.recover,
    onLoaded: arrival(app, root),
    onPrediction: (cell) => app.say(app.describe(cell)),
  });
  app.commands = createCommands({ ...app, root, classes: page.classes, showPart: (part) => app.panels.show(part) });
  listenToKeys({ ...app, commands: app.commands.all });
  listen(app);
  app.commands.showAi();
  app.loading.load();
};

const workspace = find("[data-workspace]");
if (workspace) {
  start(workspace);
}
