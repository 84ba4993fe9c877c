/* Keeps the progress of a training up to date on its page, until it has ended. */
const EVERY_MS = 2000;

const follow = (holder) => {
  const look = async () => {
    try {
      const answer = await fetch(holder.dataset.trainingLive, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) {
        holder.innerHTML = await answer.text();
        if (answer.headers.get("X-Ended")) {
          return;
        }
      }
    } catch {
      /* The next look may get through. */
    }
    setTimeout(look, EVERY_MS);
  };
  setTimeout(look, EVERY_MS);
};
document.querySelectorAll("[data-training-live]").forEach(follow);
