/* The fields taken so far, as the server shows them; asked for while one of them waits for its verdict. */
const ASK_AGAIN_MS = 3000;

/** `onFields(rows)` gets the rows of each answer, `onOver(sentence)` why the page is at its end, `onSignedOut()` nothing. */
export const createStrip = ({ onFields, onOver, onSignedOut }) => {
  let isAsking = false;
  let isStale = false;
  let timer = 0;

  const place = () => document.getElementById("capture-strip");
  const askLater = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, ASK_AGAIN_MS);
  };
  const show = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("capture-strip");
    const focused = place().contains(document.activeElement) && document.activeElement.dataset.retake;
    /* The number is read out only when it is another one */
    const [before, now] = [place().querySelector("[role=status]"), fresh.querySelector("[role=status]")];
    if (before.textContent === now.textContent) {
      now.replaceWith(before);
    }
    place().replaceWith(fresh);
    if (focused) {
      fresh.querySelector(`[data-retake="${focused}"]`)?.focus();
    }
  };
  const ask = async () => {
    const response = await fetch(`${place().dataset.url}?seen=${place().dataset.seen}`);
    if (response.status === 401 || response.redirected) {
      onSignedOut();
    } else if (response.status === 200) {
      show(await response.text());
      onFields([...place().querySelectorAll("[data-image]")]);
    } else if (!response.ok && response.status < 500) {
      onOver(response.status === 409 ? await response.text() : "");
      return;
    }
    if (!response.ok || "moving" in place().dataset) {
      askLater();
    }
  };
  const refresh = async () => {
    isStale = true;
    if (isAsking) {
      return;
    }
    isAsking = true;
    while (isStale) {
      isStale = false;
      try {
        await ask();
      } catch {
        askLater();
      }
    }
    isAsking = false;
  };

  if ("moving" in place().dataset) {
    askLater();
  }
  return { refresh, rows: () => [...place().querySelectorAll("[data-image]")] };
};
