/* Sends one kept field by the resumable sender, which fetches its library when there is a field to send. */
import { createSender } from "../shared/resumable.js";

const UPLOADS = "/api/v1/uploads/";

/** `senderOf(library)` -> what `flush` takes; `library` is where tus-js-client lies. A line that drops is waited for. */
export const senderOf =
  (library) =>
  (file, { here, ...said }) => {
    const sender = createSender({ endpoint: UPLOADS, user: here.person, csrf: () => here.token, library });
    return new Promise((resolve) => {
      sender.send(file, {
        ...said,
        onDone: () => resolve({ done: true }),
        onRefused: () => resolve({ done: false }),
      });
    });
  };
