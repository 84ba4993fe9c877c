/* What a sender of files needs of the browser; a test gives its own. */

/** `csrfCookie(name)()` is the token of that cookie as it is at the time. */
export const csrfCookie = (name) => () =>
  document.cookie
    .split("; ")
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? "";

let loading = null;
const load = (address) =>
  new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => {
      script.remove();
      reject(new Error("The library did not arrive."));
    });
    document.head.append(script);
  });

export const browserWorld = {
  /** The class of tus-js-client, from `address` where the page has not brought it along: 23 KB that only who sends needs. */
  async library(address) {
    if (!window.tus) {
      loading ??= load(address);
      await loading.finally(() => {
        loading = null;
      });
    }
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
