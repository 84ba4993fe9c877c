/* Which cell one is at, which are chosen, and where one goes next. */
(() => {
  "use strict";
  const review = window.hematovision.review;

  review.createCursor = (gallery, store, onMove) => {
    let at = "";
    let anchor = "";
    let chosen = new Set();

    const go = (id, { extend = false, toggle = false, closeUp = false } = {}) => {
      if (!id || !store.cell(id)) {
        return;
      }
      if (extend && anchor) {
        chosen = new Set(gallery.range(anchor, id));
      } else if (toggle) {
        chosen = new Set(chosen);
        if (chosen.has(id) && chosen.size > 1) {
          chosen.delete(id);
        } else {
          chosen.add(id);
        }
        anchor = id;
      } else {
        chosen = new Set([id]);
        anchor = id;
      }
      at = id;
      onMove(closeUp);
    };
    const isOpen = (id) => {
      const cell = store.cell(id);
      return cell && !cell.reviewed && !cell.pending;
    };

    return {
      go,
      at: () => at,
      chosen: () => chosen,
      ids: () => [...chosen],
      alone: () => go(at),
      choose(ids) {
        chosen = new Set(ids);
        onMove(false);
      },
      /* The next cell nobody has decided on, from `id` on and round the end; "" when there is none but `without` */
      nextOpen(id, by = 1, without = new Set()) {
        const order = gallery.order();
        const from = Math.max(0, order.indexOf(id));
        for (let step = 1; step <= order.length; step += 1) {
          const other = order[(((from + by * step) % order.length) + order.length) % order.length];
          if (!without.has(other) && isOpen(other)) {
            return other;
          }
        }
        return "";
      },
      /* After the cells were arranged anew: stay, or go to what now stands where one was */
      settle(orderBefore) {
        const gone = (id) => !gallery.has(id);
        if (![...chosen].some(gone) && !gone(at)) {
          return;
        }
        chosen = new Set([...chosen].filter((id) => !gone(id)));
        if (gone(at)) {
          const from = orderBefore.indexOf(at);
          at = orderBefore.slice(from + 1).find((id) => !gone(id)) || orderBefore.slice(0, Math.max(from, 0)).reverse().find((id) => !gone(id)) || gallery.order()[0] || "";
        }
        if (at && !chosen.size) {
          chosen = new Set([at]);
          anchor = at;
        }
      },
    };
  };
})();
