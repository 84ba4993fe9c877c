/* The service worker. It keeps the page that opens without a connection, with its scripts and styles, and nothing else: no page
   of a patient and no picture ever lies in a cache. A form of the clinic that finds no server is kept, sealed. */
import { NotKept, keepForm } from "./keeping.js";
import { flush } from "./sending.js";
import { personHere } from "./store.js";
import { tellWhileClosed } from "./telling.js";

const SHELL = "/offline/";
/* On a line that only seems to be there; the same form sent again is carried out once */
const LONGEST_ANSWER_MS = 60_000;
const NOBODY_BEHIND = new Set([502, 503, 504]);
const PREFIX = "shell-";

const said = (what) => Response.redirect(`${SHELL}?said=${what}`, 303);

/** `config`: `version`, `language`, `files` (addresses), `hashed` (of them those named by their content), `guarded` (patterns of paths). */
export const begin = ({ version, language, files, hashed, guarded }) => {
  const name = PREFIX + version;
  const forms = guarded.map((pattern) => new RegExp(pattern));
  const known = new Set(files);
  const forGood = new Set(hashed);

  const kept = async (address) => (await caches.open(name)).match(address, { ignoreSearch: true, ignoreVary: true });

  const install = async () => {
    const cache = await caches.open(name);
    /* Without cookies: but for its language the page is the same for everybody */
    const asked = { credentials: "omit", cache: "reload", headers: { "Accept-Language": language } };
    const requests = [SHELL, ...files].map((each) => new Request(each, asked));
    await cache.addAll(requests);
    await self.skipWaiting();
  };

  const activate = async () => {
    const old = (await caches.keys()).filter((each) => each.startsWith(PREFIX) && each !== name);
    await Promise.all(old.map((each) => caches.delete(each)));
    await self.clients.claim();
  };

  /* Pages that became the kept one under their own address */
  const shells = new Set();
  const page = async (request, client) => {
    try {
      return await fetch(request);
    } catch {
      shells.add(client);
      return (await kept(SHELL)) ?? Response.error();
    }
  };

  const keepInstead = async (id, action, entries, why) => {
    try {
      await keepForm(await personHere(), { id, action, entries });
      await self.registration.sync?.register("work").catch(() => {});
      return said(why);
    } catch (error) {
      return said(error instanceof NotKept ? error.why : "closed");
    }
  };

  const form = async (request) => {
    const address = new URL(request.url);
    const id = address.searchParams.get("queued") ?? crypto.randomUUID();
    const entries = [...(await request.clone().formData())];
    const action = address.pathname;
    try {
      const answer = await fetch(address.href, {
        method: "POST",
        headers: { Accept: request.headers.get("Accept") ?? "text/html", "X-Queued-Form": id },
        body: new URLSearchParams(entries),
        credentials: "same-origin",
        redirect: "manual",
        referrer: request.referrer,
        signal: AbortSignal.timeout(LONGEST_ANSWER_MS),
      });
      if (answer.status === 401) {
        return await keepInstead(id, action, entries, "signed_out");
      }
      return NOBODY_BEHIND.has(answer.status) ? await keepInstead(id, action, entries, "kept") : answer;
    } catch {
      return keepInstead(id, action, entries, "kept");
    }
  };

  const other = async (request) => {
    try {
      return await fetch(request);
    } catch {
      return said("unsent");
    }
  };

  const isText = (request) =>
    (request.headers.get("Content-Type") ?? "").startsWith("application/x-www-form-urlencoded");

  /* A file that is named by its content is the same for good. Of others only the kept page gets what was kept with it: no page
     of today ever runs a script of yesterday */
  const file = async (request, clientId) => {
    if (forGood.has(new URL(request.url).pathname)) {
      return (await kept(request.url)) ?? fetch(request);
    }
    try {
      return await fetch(request);
    } catch (error) {
      const client = await self.clients.get(clientId);
      const stored = await kept(request.url);
      if (stored && (shells.has(clientId) || (client && new URL(client.url).pathname === SHELL))) {
        return stored;
      }
      throw error;
    }
  };

  const answerTo = (event) => {
    const { request } = event;
    const address = new URL(request.url);
    if (address.origin !== self.location.origin) {
      return null;
    }
    if (request.mode === "navigate" && request.method === "GET") {
      return page(request, event.resultingClientId);
    }
    if (request.mode === "navigate" && request.method === "POST") {
      const isGuarded = forms.some((pattern) => pattern.test(address.pathname)) && isText(request);
      return isGuarded ? form(request) : other(request);
    }
    return request.method === "GET" && known.has(address.pathname) ? file(request, event.clientId) : null;
  };

  self.addEventListener("install", (event) => event.waitUntil(install()));
  self.addEventListener("activate", (event) => event.waitUntil(activate()));
  self.addEventListener("fetch", (event) => {
    const answer = answerTo(event);
    if (answer) {
      event.respondWith(answer);
    }
  });
  /* Forms alone: pictures are sent by a page */
  self.addEventListener("sync", (event) => event.waitUntil(flush()));
  tellWhileClosed();
};
