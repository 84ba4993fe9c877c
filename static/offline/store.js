/* What this browser keeps: in `work` one sealed item each, in `people` under which key each person's work is sealed.
   Pictures are kept as bytes, because some browsers lose files that lie in a database. */
const NAME = "hematovision-work";
const VERSION = 1;
const HERE = "here";

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });

let opened = null;
const open = () => {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.addEventListener("upgradeneeded", () => {
      request.result.createObjectStore("work", { keyPath: "id" });
      request.result.createObjectStore("people", { keyPath: "person" });
    });
    request.addEventListener("success", () => {
      /* Another tab brings a newer form of it, or the person empties the browser */
      request.result.addEventListener("versionchange", () => {
        request.result.close();
        opened = null;
      });
      resolve(request.result);
    });
    request.addEventListener("error", () => {
      opened = null;
      reject(request.error);
    });
  });
  return opened;
};

/* Written is what the disk has: a transaction counts when it is complete */
const written = async (store, change) => {
  const transaction = (await open()).transaction(store, "readwrite");
  const complete = new Promise((resolve, reject) => {
    transaction.addEventListener("complete", resolve);
    transaction.addEventListener("error", () => reject(transaction.error));
    transaction.addEventListener("abort", () => reject(transaction.error));
  });
  change(transaction.objectStore(store));
  await complete;
};

const read = async (store, ask) => asked(ask((await open()).transaction(store).objectStore(store)));

/** Everything that is kept, oldest first. */
export const allWork = async () =>
  (await read("work", (store) => store.getAll())).sort((one, other) => one.at - other.at || one.order - other.order);
export const putWork = (items) => written("work", (store) => items.forEach((item) => store.put(item)));
export const removeWork = (ids) => written("work", (store) => ids.forEach((id) => store.delete(id)));

/** Whose key this browser has: `{ person, name, device, publicKey }`. */
export const allPeople = async () =>
  (await read("people", (store) => store.getAll())).filter((each) => each.person !== HERE);
export const putPerson = (person) => written("people", (store) => store.put(person));
export const removePerson = (id) => written("people", (store) => store.delete(id));

/** Who was signed in last, as far as this browser knows; null for somebody who keeps nothing here. */
export const setHere = (id) => written("people", (store) => store.put({ person: HERE, who: id }));
export const personHere = async () => {
  const here = await read("people", (store) => store.get(HERE));
  return here?.who ? ((await read("people", (store) => store.get(here.who))) ?? null) : null;
};
