/* The files of this case that the server has a part of, as it listed them: each goes on when the same file is chosen again. */

/** Of the list in `form`: `take(sha256)` is the address to go on at, and its row goes; "" where the server has nothing of it. */
export const createUnfinished = (form, sender, say) => {
  const list = form.querySelector("[data-unfinished]");
  const rows = () => [...list.querySelectorAll("[data-address]")];
  const remove = (row) => {
    row.remove();
    list.hidden = rows().length === 0;
  };
  for (const row of list ? rows() : []) {
    row.querySelector("[data-choose]").addEventListener("click", () => form.elements.files.click());
    row.querySelector("[data-discard]").addEventListener("click", async () => {
      if (await sender.discard(row.dataset.address)) {
        remove(row);
      } else {
        row.querySelector("[data-unfinished-note]").textContent = say("not_discarded");
      }
    });
  }
  return {
    take(sha256) {
      const row = list && sha256 && rows().find((each) => each.dataset.sha256 === sha256);
      if (!row) {
        return "";
      }
      remove(row);
      return row.dataset.address;
    },
  };
};
