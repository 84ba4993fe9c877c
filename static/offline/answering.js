/* A form with a question goes back to the page that asks it, and is known there and afterwards as the one that is kept. */
import { allWork, putWork } from "./store.js";

const ANSWERING = "hematovision.answering";

/** Remember that the form `id` is answered on the page at `path`. */
export const beginAnswer = (id, path) => sessionStorage.setItem(ANSWERING, JSON.stringify({ id, path }));

/* A question of a form is answered on its page, under the id under which the form is kept. Left behind, the form is sent once
   more: where it was carried out meanwhile, that only says so */
export const followAnswer = async () => {
  const answering = JSON.parse(sessionStorage.getItem(ANSWERING) ?? "null");
  if (!answering) {
    return;
  }
  if (answering.path === location.pathname) {
    for (const form of document.querySelectorAll("form[method=post]")) {
      /* As an attribute: a button of the form may be called so */
      const address = new URL(form.getAttribute("action") ?? "", location.href);
      if (address.pathname === answering.path) {
        address.searchParams.set("queued", answering.id);
        form.setAttribute("action", address.href);
      }
    }
    return;
  }
  sessionStorage.removeItem(ANSWERING);
  const item = (await allWork()).find((each) => each.id === answering.id && each.state === "asks");
  if (item) {
    await putWork([{ ...item, state: "answered" }]);
  }
};
