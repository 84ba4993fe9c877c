/* The server, asked as the page's person: a request is answered, or it is said why there is no answer. */
const LONG_ENOUGH_MS = 30000;
/* The state of a large case over a bad line takes its time */
const LONG_READ_MS = 120000;

/* Answers {ok, status, body} or {trouble}: offline, server, signed_out, other_person */
export const createServer = ({ base, user, csrf }) => {
  let token = csrf;

  const ask = async (address, method, body) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), method === "GET" ? LONG_READ_MS : LONG_ENOUGH_MS);
    try {
      const response = await fetch(address, {
        method,
        redirect: "manual",
        credentials: "same-origin",
        cache: "no-store",
        signal: stop.signal,
        headers: {
          Accept: "application/json",
          ...(method === "GET" ? {} : { "Content-Type": "application/json", "X-CSRFToken": token }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      if (response.type === "opaqueredirect" || response.status === 401) {
        return { trouble: "signed_out" };
      }
      const json = (response.headers.get("Content-Type") || "").includes("json");
      const answer = { ok: response.ok, status: response.status, body: json ? await response.json() : null, json };
      /* Our refusals are JSON: what is not comes from something between, or from a session that ended meanwhile */
      const strange = !response.ok && !json && response.status !== 403;
      return strange || response.status >= 500 || response.status === 429 ? { ...answer, trouble: "server" } : answer;
    } catch {
      return { trouble: "offline" };
    } finally {
      clearTimeout(timer);
    }
  };
  /* After signing in again in another tab there is a new token, and perhaps another person */
  const renew = async () => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), LONG_ENOUGH_MS);
    try {
      const response = await fetch(base, {
        redirect: "manual",
        credentials: "same-origin",
        cache: "no-store",
        signal: stop.signal,
      });
      if (!response.ok) {
        return response.type === "opaqueredirect" ? "signed_out" : "server";
      }
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const root = page.querySelector("[data-workspace]");
      if (!root) {
        return "signed_out";
      }
      if (root.dataset.user !== user) {
        return "other_person";
      }
      token = root.dataset.csrf;
      return "";
    } catch {
      return "offline";
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    async send(path, method = "GET", body = undefined) {
      const address = path.startsWith("/") ? path : `${base}${path}`;
      let answer = await ask(address, method, body);
      /* A refusal that is no JSON is the token's: it changes when one signs in anew */
      if (answer.status === 403 && !answer.json && method !== "GET") {
        const trouble = await renew();
        answer = trouble ? { trouble } : await ask(address, method, body);
      }
      return answer;
    },
    renew,
  };
};
