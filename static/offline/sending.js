/* Sends what is kept: signed in as who kept it, in the order in which it was kept, in one tab at a time. */
import { unpacked, unseal } from "./sealing.js";
import { allWork, putWork, removePerson, removeWork } from "./store.js";

const LOCK = "hematovision.work";
const MOST_KEYS = 50;
const CASE = /^\/cases\/([0-9a-f-]{36})\/$/;
/* What a person has to answer or to correct; all else passes by itself */
const QUESTIONS = new Set([200, 400, 403, 404, 409, 410, 413, 415, 422]);

/** The line is away, or the server: whatever waits goes on waiting. */
class Away extends Error {}

const ask = async (path, options = {}) => {
  try {
    return await fetch(path, { credentials: "same-origin", cache: "no-store", ...options });
  } catch {
    throw new Away();
  }
};

/** Who is signed in, with the token that forms are sent with; null for nobody. */
export const whoIsHere = async () => {
  const answer = await ask("/offline/person/", { headers: { Accept: "application/json" } });
  if (answer.status === 401 || answer.status === 403) {
    return null;
  }
  if (!answer.ok) {
    throw new Away();
  }
  return answer.json();
};

export const post = (here, path, body) =>
  ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": here.token },
    body: JSON.stringify(body),
  });

/** `keysOf(here, items)` -> the key of each item by its id; an item without one can never be opened again. */
export const keysOf = async (here, items) => {
  const keys = new Map();
  for (const device of new Set(items.map((item) => item.device))) {
    const mine = items.filter((item) => item.device === device);
    for (let from = 0; from < mine.length; from += MOST_KEYS) {
      const some = mine.slice(from, from + MOST_KEYS);
      const answer = await post(here, "/offline/unwrap/", { device, wrapped: some.map((item) => item.wrapped) });
      if (answer.status === 404 || answer.status === 410) {
        await removePerson(here.person);
        break;
      }
      if (!answer.ok) {
        throw new Away();
      }
      const given = (await answer.json()).keys;
      some.forEach((item, n) => given[n] && keys.set(item.id, given[n]));
    }
  }
  return keys;
};

/** What is in an item: `head` as it was packed, and the bytes behind it. */
export const contentOf = async (here, item) => {
  const secret = (await keysOf(here, [item])).get(item.id);
  return secret ? unpacked(await unseal(secret, item)) : null;
};

const change = (item, state) => putWork([{ ...item, state }]);

const sendForm = async (here, item, { head }) => {
  const headers = { Accept: "application/json", "X-CSRFToken": here.token, "X-Queued-Form": item.id };
  const answer = await ask(head.action, { method: "POST", headers, body: new URLSearchParams(head.entries) });
  const type = answer.headers.get("Content-Type") ?? "";
  if (answer.status === 200 && type.includes("application/json")) {
    const found = CASE.exec((await answer.json()).location);
    const children = (await allWork()).filter((each) => each.parent === item.id);
    await putWork(children.map((each) => ({ ...each, parent: null, target: found?.[1] ?? null })));
    await removeWork([item.id]);
  } else if (QUESTIONS.has(answer.status)) {
    await change(item, "asks");
  } else {
    throw new Away();
  }
};

const sendOne = async (here, item, secret, sendField) => {
  const content = await unseal(secret, item).then(unpacked, () => null);
  if (!content) {
    await change(item, "lost");
    return;
  }
  if (item.kind === "form") {
    await sendForm(here, item, content);
    return;
  }
  const { name, type, microscope, replaces } = content.head;
  const file = new File([content.bytes], name, { type });
  const told = await sendField(file, { caseId: item.target, clientId: item.id, microscope, replaces, here });
  await (told.done ? removeWork([item.id]) : change(item, "refused"));
};

/** The lock of a page that sends the field `id` itself. */
export const heldName = (id) => `hematovision.field.${id}`;

/* A field of a new case waits for its case; without a sender of files it waits for a page */
const isReady = (item, sendField) =>
  (item.state === "waits" || item.state === "answered") &&
  (item.kind === "form" || Boolean(item.target && !item.parent && sendField));

const sendAll = async (here, sendField, onChange) => {
  const tried = new Set();
  for (;;) {
    const mine = (await allWork()).filter((item) => item.person === here.person);
    const held = new Set((await navigator.locks.query()).held.map((lock) => lock.name));
    const ready = mine.filter(
      (item) => isReady(item, sendField) && !tried.has(item.id) && !held.has(heldName(item.id)),
    );
    if (!ready.length) {
      return;
    }
    const keys = await keysOf(here, ready);
    for (const item of ready) {
      tried.add(item.id);
      if (keys.has(item.id)) {
        await sendOne(here, item, keys.get(item.id), sendField);
      } else {
        await change(item, "lost");
      }
      await onChange();
    }
  }
};

/** Send what waits. Returns `{ here, away }`: who is signed in, and whether it stopped because nobody answered.

    `sendField(file, { caseId, clientId, microscope, replaces, here })` resolves to `{ done }`, and rejects where it was given up for now. */
export const flush = async ({ sendField = null, onChange = async () => {} } = {}) =>
  navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock || !(await allWork()).length) {
      return { here: undefined, away: false };
    }
    let here;
    try {
      here = await whoIsHere();
      if (here) {
        await sendAll(here, sendField, onChange);
      }
      return { here, away: false };
    } catch (error) {
      if (error instanceof Away) {
        return { here, away: true };
      }
      throw error;
    }
  });

/** Let fields of a case that takes no more wait for the new case of the form `parent`. */
export const moveFields = (items, parent) =>
  putWork(items.map((item) => ({ ...item, state: "waits", target: null, parent })));
