/* Puts forms and fields into what this browser keeps. Runs in pages and in the service worker. */
import { packed, seal } from "./sealing.js";
import { putWork } from "./store.js";

const THUMBNAIL_PX = 32;
/* So few picture elements say that it is a field, and nothing of what is on it */
const BLURRED_PX = 8;
const MOST_OF_THE_SPACE = 0.8;
/* The mark of a page, not of the person; the one that is valid when it is sent is sent along */
const LEFT_OUT = new Set(["csrfmiddlewaretoken"]);

/** Why something is not kept: `full`, `closed` (the browser keeps nothing), `no_key` (of nobody). */
export class NotKept extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

export const space = async () => {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  return { usage, quota, most: quota * MOST_OF_THE_SPACE };
};

const requireRoom = async (bytes) => {
  const { usage, quota, most } = await space();
  if (quota && usage + bytes > most) {
    throw new NotKept("full");
  }
};

const thumbnailOf = async (picture) => {
  if (!globalThis.OffscreenCanvas || !globalThis.createImageBitmap) {
    return null;
  }
  try {
    const bitmap = await createImageBitmap(picture);
    const ratio = bitmap.height / bitmap.width;
    const small = new OffscreenCanvas(BLURRED_PX, Math.max(1, Math.round(BLURRED_PX * ratio)));
    small.getContext("2d").drawImage(bitmap, 0, 0, small.width, small.height);
    const shown = new OffscreenCanvas(THUMBNAIL_PX, Math.max(1, Math.round(THUMBNAIL_PX * ratio)));
    shown.getContext("2d").drawImage(small, 0, 0, shown.width, shown.height);
    bitmap.close();
    return (await shown.convertToBlob({ type: "image/jpeg", quality: 0.6 })).arrayBuffer();
  } catch {
    /* Of a picture that browsers do not show, as TIFF, there is none */
    return null;
  }
};

const itemOf = async (owner, said, bytes) => {
  const item = {
    id: said.id ?? crypto.randomUUID(),
    person: owner.person,
    device: owner.device,
    kind: said.kind,
    at: said.at,
    order: said.order ?? 0,
    size: bytes.byteLength,
    parent: said.parent ?? null,
    target: said.target ?? null,
    state: "waits",
    thumbnail: said.thumbnail ?? null,
  };
  return { ...item, ...(await seal(owner.publicKey, item, bytes)) };
};

const keep = async (owner, drafts) => {
  if (!owner?.publicKey) {
    throw new NotKept("no_key");
  }
  await requireRoom(drafts.reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
  const items = await Promise.all(drafts.map(({ said, bytes }) => itemOf(owner, said, bytes)));
  try {
    await putWork(items);
  } catch (error) {
    throw new NotKept(error?.name === "QuotaExceededError" ? "full" : "closed");
  }
  return items;
};

const fieldOf = async (file, said, how = {}) => ({
  said: { ...said, kind: "field", thumbnail: await thumbnailOf(file) },
  bytes: packed({ name: file.name ?? "", type: file.type, ...how }, await file.arrayBuffer()),
});

/** Keep a form, and with that of a new case its fields. `entries` are pairs of names and texts. */
export const keepForm = async (owner, { id = crypto.randomUUID(), action, entries, files = [] }) => {
  const at = Date.now();
  const kept = entries.filter(([name]) => !LEFT_OUT.has(name));
  const form = { said: { id, kind: "form", at }, bytes: packed({ action, entries: kept }) };
  const fields = await Promise.all(files.map((file, n) => fieldOf(file, { at, order: n + 1, parent: id })));
  return keep(owner, [form, ...fields]);
};

/** Keep a field of a case that is there already, under the id with which it is sent. */
export const keepField = async (owner, file, { id, caseId, microscope, replaces }) =>
  keep(owner, [await fieldOf(file, { id, at: Date.now(), target: caseId }, { microscope, replaces })]);
