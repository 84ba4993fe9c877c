/* The page that opens without a connection: what is kept, how much room there is, a new case, and sending. */
import { beginAnswer, followAnswer } from "./answering.js";
import { senderOf } from "./field_sender.js";
import { drawItems, say } from "./items.js";
import { space } from "./keeping.js";
import { startNewCase } from "./new_case.js";
import { contentOf, flush, post, whoIsHere } from "./sending.js";
import { allPeople, allWork, personHere, removeWork } from "./store.js";

const EVERY_MS = 30_000;
const MEGABYTE = 1_048_576;
const main = document.getElementById("content");
const words = JSON.parse(document.getElementById("offline-words").textContent);
const line = main.querySelector("[data-line]");
const said = main.querySelector("[data-said]");

/* Undefined while nobody was asked, null for nobody */
let here;

const tell = (sentence) => {
  said.textContent = sentence ?? "";
  said.hidden = !sentence;
};

/* As the page of the form itself would send it, so that its answer is that page, with what was typed in it */
const open = async (item) => {
  const content = await contentOf(here, item);
  if (!content) {
    return;
  }
  const { action, entries } = content.head;
  beginAnswer(item.id, action);
  const form = document.createElement("form");
  form.method = "post";
  form.action = `${action}?queued=${item.id}`;
  for (const [name, value] of [["csrfmiddlewaretoken", here.token], ...entries]) {
    const input = document.createElement("textarea");
    input.name = name;
    input.value = value;
    form.append(input);
  }
  form.hidden = true;
  document.body.append(form);
  /* Not `submit()`: a field of the form may be called so */
  HTMLFormElement.prototype.submit.call(form);
};

const discard = async (item) => {
  const gone = (await allWork()).filter((each) => each.id === item.id || each.parent === item.id);
  const answer = await post(here, "/offline/discard/", { person: item.person, items: gone.length });
  if (answer.ok) {
    await removeWork(gone.map((each) => each.id));
  }
  await show();
};

const mayDiscard = (item) => Boolean(here && (item.person === here.person || here.may_discard));

const show = async () => {
  const all = await allWork();
  const names = new Map((await allPeople()).map((each) => [each.person, each.name]));
  const place = main.querySelector("[data-items]");
  drawItems({
    place,
    template: document.querySelector("[data-item]"),
    words,
    all,
    here,
    names,
    does: { open, discard, mayDiscard },
  });
  const { usage, most } = await space();
  const megabytes = (bytes) => (bytes / MEGABYTE).toFixed(1);
  main.querySelector("[data-space]").textContent =
    (all.length ? "" : `${words.nothing} `) + say(words.space, { used: megabytes(usage), most: megabytes(most) });
};

const describeLine = (away) => {
  if (away || !navigator.onLine) {
    line.textContent = words.no_connection;
  } else if (here) {
    line.textContent = `${words.connected} ${say(words.signed_in, { name: here.name })}`;
  } else {
    line.textContent = `${words.connected} ${words.signed_out}`;
  }
};

const sendField = senderOf(main.dataset.sender);
const onChange = async () => {
  line.textContent = say(words.sending, { n: (await allWork()).length });
  await show();
};
const send = async () => {
  let away = !navigator.onLine;
  if (!away) {
    try {
      here = await whoIsHere();
      ({ away } = await flush({ sendField, onChange }));
    } catch {
      away = true;
    }
  }
  describeLine(away);
  await show();
};

const owners = async () => {
  const [people, lastHere] = [await allPeople(), await personHere()];
  const first = here ? here.person : lastHere?.person;
  return people.sort((one, other) => Number(other.person === first) - Number(one.person === first));
};
const refused = async (person) =>
  (await allWork()).filter((item) => item.state === "refused" && item.person === person);

/* Asked for where something is about to be kept, because some browsers ask the person */
const requireLasting = async () => {
  const lasting = (await navigator.storage?.persist?.()) ?? false;
  const place = main.querySelector("[data-lasting]");
  place.textContent = words.not_lasting;
  place.hidden = lasting;
};

const start = async () => {
  tell(words[`said_${new URLSearchParams(location.search).get("said")}`]);
  const newCase = startNewCase({
    form: main.querySelector("[data-new-case-kept]"),
    words,
    owners,
    refused,
    onKept: async () => {
      tell(words.case_kept);
      window.scrollTo(0, 0);
      await requireLasting();
      await send();
    },
  });
  main.querySelector("[data-send]").addEventListener("click", send);
  window.addEventListener("online", send);
  window.addEventListener("offline", () => describeLine(true));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  setInterval(send, EVERY_MS);
  await followAnswer();
  await show();
  await newCase.show();
  await send();
  await newCase.show();
};

if (window.isSecureContext && navigator.locks && window.indexedDB) {
  start().catch(() => tell(words.cannot_keep));
} else {
  tell(words.cannot_keep);
}
