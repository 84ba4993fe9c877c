/* On every page: the service worker, the key under which this browser keeps work, what is kept, and sending it. */
import { followAnswer } from "./answering.js";
import { senderOf } from "./field_sender.js";
import { flush, post, whoIsHere } from "./sending.js";
import { allPeople, allWork, putPerson, setHere } from "./store.js";

const EVERY_MS = 30_000;
const place = document.getElementById("kept");

const say = (words, values) => words.replace(/\{(\w+)\}/g, (_found, name) => values[name]);

const show = async () => {
  const kept = await allWork();
  const { person } = place.dataset;
  const mine = kept.filter((item) => item.person === person);
  const sentences = [];
  if (mine.length) {
    sentences.push(say(place.dataset.mine, { n: mine.length }));
  }
  if (mine.some((item) => item.state !== "waits" && item.state !== "answered")) {
    sentences.push(place.dataset.asks);
  }
  for (const other of await allPeople()) {
    const theirs = kept.filter((item) => item.person === other.person && other.person !== person);
    if (theirs.length) {
      sentences.push(say(place.dataset.others, { n: theirs.length, name: other.name }));
    }
  }
  place.querySelector("[data-kept-text]").textContent = sentences.join(" ");
  place.hidden = sentences.length === 0;
};

/* This browser's key for who is signed in. Who keeps nothing here is known as well: nothing is then kept as somebody else's */
const requireKey = async () => {
  const { person, mayKeep } = place.dataset;
  if (!person) {
    return;
  }
  const known = await allPeople();
  if (mayKeep === "yes" && !known.some((each) => each.person === person)) {
    const here = await whoIsHere();
    const answer = here?.person === person ? await post(here, "/offline/devices/", {}) : null;
    if (answer?.ok) {
      const made = await answer.json();
      await putPerson({ person, name: here.name, device: made.device, publicKey: made.public_key });
    }
  }
  await setHere(mayKeep === "yes" ? person : null);
};

const start = async () => {
  await followAnswer();
  const registration = await navigator.serviceWorker
    .register("/sw.js", { type: "module", updateViaCache: "none" })
    .catch(() => null);
  if (!registration) {
    return;
  }
  const sendField = senderOf(place.dataset.sender);
  const send = async () => {
    await flush({ sendField, onChange: show });
    await show();
  };
  window.addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  setInterval(send, EVERY_MS);
  await requireKey();
  /* From now on nothing that is sent here is lost */
  place.dataset.ready = "yes";
  await send();
};

/* Not over plain HTTP, not in a private window that keeps nothing: then pages are as they were */
if (window.isSecureContext && navigator.serviceWorker && navigator.locks && window.indexedDB) {
  start().catch(() => {
    place.hidden = true;
  });
}
