/* One file to one case over `/api/v1/uploads/` (tus 1.0), on a line that may drop at any byte. What the server has it keeps:
   whatever happens, it is asked how far it is, and the rest follows. Nobody has to press anything.

   A sender is made once a page, `createSender({ endpoint, user, csrf })`, and sends as many files as one likes; they share one
   measure of the line. `send(file, { caseId, ... })` returns `{ clientId, cancel() }` and tells by its callbacks:

     onProgress({ sent, kept, total })   bytes that left, bytes that the server has for certain, bytes of the file
     onWaiting(why)                      it goes on by itself: offline, no_answer, silent, server, signed_out, other_person
     onDone({ image, field, isNew })     its id, its number in the case, and whether the same file was not there already
     onRefused({ status, code, sentence, isFinal })   it does not go on; the same file again only where not `isFinal`

   `sentence` is the server's; where something between answered it is empty. Nothing is written into the browser's storage. */
import { browserWorld } from "./browser_world.js";
import { meaningOf } from "./resumable_answers.js";
import { createPace } from "./resumable_pace.js";

const SILENT_SECONDS = 20;
const STALLED_SECONDS = 75;
const LONGEST_PAUSE_SECONDS = 30;

/** The SHA-256 of a file in hexadecimal digits; empty where the page did not come over HTTPS and the browser has no digest. */
export const sha256Of = async (file) => {
  if (!globalThis.crypto?.subtle) {
    return "";
  }
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(36)).join("");

const isReadable = async (file) => {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
};

/* What one file is told by: the metadata of tus, without what was not said */
const metadataOf = (file, said) => {
  const { caseId, clientId, sha256, user, microscope, replaces } = said;
  const all = { case: caseId, filename: file.name ?? "", sha256, client_id: clientId, by: user, microscope, replaces };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value));
};

const nothing = () => {};

/** `csrf()` gives the token at the time: another one is valid after signing in again. `library` is the address of tus-js-client,
    where the page has not brought it along. */
export const createSender = ({ endpoint, user, csrf, library = "", world = browserWorld }) => {
  const pace = createPace();

  const send = (file, options) => {
    const { onProgress = nothing, onWaiting = nothing, onDone = nothing, onRefused = nothing } = options;
    const clientId = options.clientId || newId();
    let { sha256, url = "" } = options;
    let upload = null;
    let attempt = 0;
    let kept = 0;
    let failures = 0;
    let pieceBegan = 0;
    let silence = nothing;
    let stall = nothing;
    let pause = null;
    let isSilent = false;
    let isOver = false;
    let isAsked = false;

    const quiet = () => {
      silence();
      stall();
    };
    const end = (tell, ...what) => {
      if (!isOver) {
        isOver = true;
        attempt += 1;
        quiet();
        pause?.();
        forget();
        tell(...what);
      }
    };
    const wait = (why, seconds) => {
      quiet();
      pause?.();
      pause = world.later(go, seconds);
      onWaiting(world.isOnline() ? why : "offline");
    };
    const waitLonger = (why, seconds) => {
      failures += 1;
      wait(why, seconds ?? Math.min(2 ** (failures - 1), LONGEST_PAUSE_SECONDS));
    };
    /* Something moved: the clocks for a silent line begin anew */
    const moved = () => {
      quiet();
      isSilent = false;
      silence = world.later(() => {
        isSilent = true;
        onWaiting(world.isOnline() ? "silent" : "offline");
      }, SILENT_SECONDS);
      stall = world.later(again, STALLED_SECONDS);
    };
    /* Where bytes arrive the line is tried again soon, however often it breaks */
    const arrived = (offset) => {
      if (offset > kept) {
        kept = offset;
        failures = 0;
      }
    };
    const again = () => {
      pace.stalled();
      upload?.abort(false);
      go();
    };
    /* The line is back, or somebody came back to the page, perhaps signed in */
    const wake = () => {
      if (pause) {
        go();
      } else if (isSilent) {
        again();
      }
    };
    const forget = world.onReturn(wake);

    const finished = (response) => {
      const header = (name) => response.getHeader(name);
      /* Cut off before it says which image: the next question tells */
      if (!header("Upload-Image")) {
        waitLonger("no_answer");
        return;
      }
      onProgress({ sent: file.size, kept: file.size, total: file.size });
      end(onDone, {
        image: header("Upload-Image"),
        field: Number(header("Upload-Field")),
        isNew: header("Upload-Image-New") !== "no",
      });
    };

    const failed = async (error, mine) => {
      const told = meaningOf(error);
      if (told.what === "no_answer" && !(await isReadable(file))) {
        told.what = "refused";
        told.refusal = { status: 0, code: "unreadable", sentence: "", isFinal: true };
      }
      if (isOver || mine !== attempt) {
        return;
      }
      if (told.what === "go_on") {
        go();
      } else if (told.what === "begin_anew" && url) {
        url = "";
        go();
      } else if (told.what === "refused" || told.what === "begin_anew") {
        end(onRefused, told.refusal);
      } else {
        waitLonger(told.what, told.seconds);
      }
    };

    const begin = (mine, Upload) => {
      upload = new Upload(file, {
        ...(url ? { uploadUrl: url } : { endpoint }),
        chunkSize: pace.size(),
        retryDelays: null,
        storeFingerprintForResuming: false,
        metadata: metadataOf(file, { ...options, clientId, sha256, user }),
        onBeforeRequest: (request) => {
          if (mine !== attempt) {
            throw new Error("This attempt was given up.");
          }
          request.setHeader("X-CSRFToken", csrf());
          isAsked = true;
          pieceBegan = world.now();
          moved();
        },
        onAfterResponse: (request, response) => {
          /* An upload of this name was there before: how far it is, only its own address says */
          if (request.getMethod() === "POST" && response.getStatus() === 200 && response.getHeader("Location")) {
            url = response.getHeader("Location");
            throw Object.assign(new Error("Begun before."), { begunBefore: true });
          }
          if (mine === attempt) {
            moved();
            arrived(Number(response.getHeader("Upload-Offset")));
          }
        },
        onUploadUrlAvailable: () => {
          url = upload.url;
        },
        onProgress: (sent) => {
          if (mine === attempt) {
            moved();
            onProgress({ sent, kept, total: file.size });
          }
        },
        onChunkComplete: (size) => {
          pace.took(size, world.now() - pieceBegan);
          upload.options.chunkSize = pace.size();
        },
        onError: (error) => failed(error, mine),
        onSuccess: ({ lastResponse }) => finished(lastResponse),
      });
      upload.start();
    };

    const go = async () => {
      attempt += 1;
      const mine = attempt;
      pause?.();
      pause = null;
      try {
        sha256 ??= await sha256Of(file);
      } catch {
        end(onRefused, { status: 0, code: "unreadable", sentence: "", isFinal: true });
      }
      /* It comes over the same line: where that broke, it is fetched again with the next attempt */
      const Upload = await world.library(library).catch(() => null);
      if (isOver || mine !== attempt) {
        return;
      }
      if (Upload) {
        begin(mine, Upload);
      } else {
        waitLonger("no_answer");
      }
    };

    go();
    return {
      clientId,
      /** Stop, and have the server forget what it has; whether nothing is left there. */
      async cancel() {
        end(nothing);
        upload?.abort(false);
        return url ? discard(url) : !isAsked;
      },
    };
  };

  /** Have the server forget an upload that is not finished; whether it did. */
  const discard = async (url) => {
    try {
      const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrf() };
      return [204, 404, 410].includes((await world.fetch(url, { method: "DELETE", headers })).status);
    } catch {
      return false;
    }
  };

  return { send, discard };
};
