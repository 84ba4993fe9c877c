/* Sends one kept field by the resumable sender, whose library is fetched when there is a field to send. */
import { createSender } from "../shared/resumable.js";

let loading = null;
const library = (address) => {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => {
      loading = null;
      script.remove();
      reject(new Error("The sender was not loaded."));
    });
    document.head.append(script);
  });
  return window.tus ? Promise.resolve() : loading;
};

/** `senderOf(address)` -> what `flush` takes; `address` is where the library lies. A line that drops is waited for. */
export const senderOf =
  (address) =>
  async (file, { here, ...said }) => {
    await library(address);
    const sender = createSender({ endpoint: "/api/v1/uploads/", user: here.person, csrf: () => here.token });
    return new Promise((resolve) => {
      sender.send(file, {
        ...said,
        onDone: () => resolve({ done: true }),
        onRefused: () => resolve({ done: false }),
      });
    });
  };
