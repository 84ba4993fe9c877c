/* Arriving at a case, and coming back to it: before its state is taken over, and after. */

const find = (selector) => document.querySelector(selector);

/* Once everything has its place, which takes a frame of its own */
const reveal = (root, grid) => {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      root.classList.add("ready");
      grid.setAttribute("aria-busy", "false");
      if (document.activeElement === document.body) {
        grid.focus({ preventScroll: true });
      }
    }),
  );
};

/**
 * What is to be done before the state is taken over, which answers what is to be done after:
 * go where one was, or to the first cell to review.
 */
export const arrival = (app, root) => () => {
  const { store, field, grid, keysSheet, lease, queue, place } = app;
  /* Asked before the cells are arranged, which puts the cursor on the first one */
  const arriving = !store.at();
  const before = arriving ? place.find() : "";
  return () => {
    keysSheet.load(store.state.keys);
    root.classList.toggle("blind", Boolean(store.state.blind));
    find("[data-do=toggle_ai]").hidden = Boolean(store.state.blind);
    lease.show();
    const order = store.order();
    if (store.has(before)) {
      store.go(before);
    } else if (arriving && order.length) {
      store.go(store.nextOpen(order.at(-1)) || order[0]);
    } else if (store.at()) {
      store.go(store.at());
    } else {
      field.open([...store.state.images.values()][0]);
    }
    queue.restore();
    reveal(root, grid);
  };
};
