/* Signs this browser up for messages that come while no page is open, and off again. */
const form = document.querySelector("form[data-browser]");
const button = form.querySelector("button");
const line = form.querySelector("[data-browser-says]");

const tell = (sentence) => {
  line.textContent = sentence;
};

const digestOf = async (text) => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

const base64Url = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const showThisOne = (digest) => {
  for (const tag of document.querySelectorAll("[data-this-browser]")) {
    tag.hidden = tag.dataset.thisBrowser !== digest;
  }
  const isKnown = digest !== "" && form.dataset.known.split(" ").includes(digest);
  button.hidden = isKnown;
  tell(isKnown ? form.dataset.on : "");
};

const send = async (subscription) => {
  const body = new FormData(form);
  body.append("time_zone", Intl.DateTimeFormat().resolvedOptions().timeZone || "");
  body.append("address", subscription.endpoint);
  body.append("public_key", base64Url(subscription.getKey("p256dh")));
  body.append("secret", base64Url(subscription.getKey("auth")));
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (answer.ok) {
    window.location.reload();
    return;
  }
  await subscription.unsubscribe();
  const type = answer.headers.get("Content-Type") ?? "";
  tell(type.includes("json") ? (await answer.json()).detail : form.dataset.failed);
};

const signUp = async (registration) => {
  if ((await Notification.requestPermission()) !== "granted") {
    tell(form.dataset.denied);
    return;
  }
  const options = { userVisibleOnly: true, applicationServerKey: form.dataset.key };
  await send(await registration.pushManager.subscribe(options));
};

const LONGEST_WAIT_MS = 10_000;
/* Where no worker could be registered, `ready` never comes */
const workerHere = () => {
  const late = new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error("No service worker came.")), LONGEST_WAIT_MS);
  });
  return Promise.race([navigator.serviceWorker.ready, late]);
};

/* What was signed up under another key of the installation is told nothing any more */
const presentSubscription = async (registration) => {
  const subscription = await registration.pushManager.getSubscription();
  const key = subscription?.options?.applicationServerKey;
  if (key && base64Url(key) !== form.dataset.key) {
    await subscription.unsubscribe();
    return null;
  }
  return subscription;
};

const start = async () => {
  const registration = await workerHere();
  const subscription = await presentSubscription(registration);
  showThisOne(subscription ? await digestOf(subscription.endpoint) : "");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await signUp(registration);
    } catch {
      tell(form.dataset.failed);
    }
    button.disabled = false;
  });
  /* Removed here, the browser itself gives the address up as well */
  for (const removal of document.querySelectorAll("form[data-remove-browser]")) {
    removal.addEventListener("submit", async () => {
      if (subscription && (await digestOf(subscription.endpoint)) === removal.dataset.removeBrowser) {
        await subscription.unsubscribe();
      }
    });
  }
};

form.addEventListener("submit", (event) => event.preventDefault());
if (window.isSecureContext && navigator.serviceWorker && window.PushManager && window.Notification) {
  if (Notification.permission === "denied") {
    tell(form.dataset.denied);
  } else {
    start().catch(() => tell(form.dataset.unable));
  }
} else {
  /* An iPad calls itself a Macintosh, which has no touch */
  const isApple = /iPhone|iPad/.test(navigator.userAgent) || navigator.maxTouchPoints > 1;
  tell(isApple ? form.dataset.ios : form.dataset.unable);
}
