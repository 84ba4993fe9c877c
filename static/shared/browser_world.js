/* What a sender of files needs of the browser; a test gives its own. */

/** `csrfCookie(name)()` is the token of that cookie as it is at the time. */
export const csrfCookie = (name) => () =>
  document.cookie
    .split("; ")
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? "";

export const browserWorld = {
  get Upload() {
    return window.tus.Upload;
  },
  fetch: (...what) => fetch(...what),
  now: () => performance.now(),
  isOnline: () => navigator.onLine,
  /** Run `then` after so many seconds; what is returned takes it back. */
  later: (then, seconds) => {
    const timer = setTimeout(then, seconds * 1000);
    return () => clearTimeout(timer);
  },
  /** Run `then` when the line is back or somebody comes back to the page; what is returned ends that. */
  onReturn: (then) => {
    const seen = () => document.visibilityState === "visible" && then();
    window.addEventListener("online", then);
    window.addEventListener("focus", seen);
    document.addEventListener("visibilitychange", seen);
    return () => {
      window.removeEventListener("online", then);
      window.removeEventListener("focus", seen);
      document.removeEventListener("visibilitychange", seen);
    };
  },
};
