import assert from "node:assert/strict";
import { test } from "node:test";

import { createSender } from "../../static/shared/resumable.js";
import { meaningOf } from "../../static/shared/resumable_answers.js";
import { LARGE, SMALL, USUAL, createPace } from "../../static/shared/resumable_pace.js";

const answer = (status, headers = {}, body = "") => ({
  getStatus: () => status,
  getHeader: (name) => headers[name] ?? null,
  getBody: () => body,
});
const problem = (status, code, headers = {}) => ({
  originalResponse: answer(
    status,
    { "Content-Type": "application/problem+json", ...headers },
    JSON.stringify({ type: `urn:problem:${code}`, detail: `The sentence of ${code}.` }),
  ),
});
const done = { lastResponse: answer(204, { "Upload-Image": "i1", "Upload-Field": "3", "Upload-Image-New": "no" }) };

/* A page whose line does what the test says. Nothing waits: `pauses` holds what was asked for later. */
const pageOf = () => {
  const attempts = [];
  const pauses = [];
  const heard = [];
  const deleted = [];
  let back = () => {};
  const world = {
    online: true,
    library: async () => world.Upload,
    Upload: class {
      constructor(_file, options) {
        this.options = options;
        this.url = options.uploadUrl ?? null;
        this.isAborted = false;
        attempts.push(this);
      }
      start() {
        this.isStarted = true;
      }
      abort() {
        this.isAborted = true;
      }
    },
    fetch: async (url) => {
      deleted.push(url);
      return { status: 204 };
    },
    now: () => 0,
    isOnline: () => world.online,
    later: (then, seconds) => {
      const pause = { then, seconds, off: false };
      pauses.push(pause);
      return () => {
        pause.off = true;
      };
    },
    onReturn: (then) => {
      back = then;
      return () => {};
    },
  };
  const hear =
    (name) =>
    (...what) =>
      heard.push([name, ...what]);
  const sender = createSender({ endpoint: "/api/v1/uploads/", user: "amina", csrf: () => "token", world });
  const file = new File(["0123456789"], "field.png");
  const sent = sender.send(file, {
    caseId: "c1",
    sha256: "ab",
    onProgress: hear("progress"),
    onWaiting: hear("waiting"),
    onDone: hear("done"),
    onRefused: hear("refused"),
  });
  const soon = () => new Promise((then) => setImmediate(then));
  const open = (seconds) => pauses.filter((each) => !each.off && each.seconds === seconds);
  return { world, sent, attempts, heard, deleted, soon, open, back: () => back(), last: () => attempts.at(-1).options };
};
const request = (method = "POST") => ({ getMethod: () => method, getURL: () => "/u/", setHeader: () => {} });

test("a file is announced with its case, name, digest, and who sends it", async () => {
  const page = pageOf();
  await page.soon();
  const { clientId } = page.sent;
  assert.deepEqual(page.last().metadata, {
    case: "c1",
    filename: "field.png",
    sha256: "ab",
    client_id: clientId,
    by: "amina",
  });
  assert.equal(page.last().chunkSize, SMALL);
});

test("a line that breaks is waited for, and the upload asked how far it is", async () => {
  const page = pageOf();
  await page.soon();
  page.attempts[0].url = "http://h/u/1/";
  page.last().onUploadUrlAvailable();
  page.last().onError({ originalResponse: null });
  await page.soon();
  assert.deepEqual(page.heard.at(-1), ["waiting", "no_answer"]);
  page.open(1)[0].then();
  await page.soon();
  assert.equal(page.last().uploadUrl, "http://h/u/1/");
  assert.equal(page.last().endpoint, undefined);
  page.last().onError({ originalResponse: null });
  await page.soon();
  page.open(2)[0].then();
  await page.soon();
  page.last().onAfterResponse(request("HEAD"), answer(200, { "Upload-Offset": "4" }));
  page.last().onProgress(4);
  assert.deepEqual(page.heard.at(-1), ["progress", { sent: 4, kept: 4, total: 10 }]);
  page.last().onError({ originalResponse: null });
  await page.soon();
  assert.equal(page.open(1).length, 1);
});

test("where the browser says that there is no line, it goes on when the line is back", async () => {
  const page = pageOf();
  await page.soon();
  page.world.online = false;
  page.last().onError({ originalResponse: null });
  await page.soon();
  assert.deepEqual(page.heard.at(-1), ["waiting", "offline"]);
  page.world.online = true;
  page.back();
  await page.soon();
  assert.equal(page.attempts.length, 2);
});

test("a line on which nothing moves is said to be silent, then given up and begun anew in small pieces", async () => {
  const page = pageOf();
  await page.soon();
  page.last().onChunkComplete(SMALL);
  assert.equal(page.last().chunkSize, LARGE);
  page.last().onBeforeRequest(request());
  page.open(20)[0].then();
  assert.deepEqual(page.heard.at(-1), ["waiting", "silent"]);
  page.open(75)[0].then();
  await page.soon();
  assert.equal(page.attempts[0].isAborted, true);
  assert.equal(page.last().chunkSize, SMALL);
});

test("what an attempt that was given up still says is not heard", async () => {
  const page = pageOf();
  await page.soon();
  const first = page.last();
  first.onBeforeRequest(request());
  page.open(75)[0].then();
  await page.soon();
  first.onProgress(5);
  await first.onError({ originalResponse: null });
  assert.deepEqual(page.heard, []);
  assert.throws(() => first.onBeforeRequest(request()));
});

test("an upload that was begun before is asked how far it is, not sent from its start", async () => {
  const page = pageOf();
  await page.soon();
  let thrown = null;
  try {
    page.last().onAfterResponse(request(), answer(200, { Location: "http://h/u/7/" }));
  } catch (error) {
    thrown = error;
  }
  page.last().onError({ causingError: thrown });
  await page.soon();
  assert.equal(page.last().uploadUrl, "http://h/u/7/");
  assert.deepEqual(page.heard, []);
});

test("the last byte tells the field, and whether the file was there", async () => {
  const page = pageOf();
  await page.soon();
  page.last().onSuccess(done);
  assert.deepEqual(page.heard.at(-1), ["done", { image: "i1", field: 3, isNew: false }]);
});

test("a refusal is told in the server's sentence, once", async () => {
  const page = pageOf();
  await page.soon();
  page.last().onError(problem(415, "unsupported-media"));
  await page.soon();
  const refusal = {
    status: 415,
    code: "unsupported-media",
    sentence: "The sentence of unsupported-media.",
    isFinal: true,
  };
  assert.deepEqual(page.heard, [["refused", refusal]]);
  page.back();
  await page.soon();
  assert.equal(page.attempts.length, 1);
});

test("a cancelled upload is forgotten by the server and not begun again", async () => {
  const page = pageOf();
  await page.soon();
  page.attempts[0].url = "http://h/u/1/";
  page.last().onUploadUrlAvailable();
  assert.equal(await page.sent.cancel(), true);
  assert.deepEqual(page.deleted, ["http://h/u/1/"]);
  page.back();
  await page.soon();
  assert.equal(page.attempts.length, 1);
});

test("an address that is not known to this person is asked for by name, once", async () => {
  const page = pageOf();
  await page.soon();
  page.attempts[0].url = "http://h/u/1/";
  page.last().onUploadUrlAvailable();
  page.last().onError({ originalRequest: request("HEAD"), originalResponse: answer(404) });
  await page.soon();
  assert.equal(page.last().endpoint, "/api/v1/uploads/");
  page.last().onError(problem(404, "not-found"));
  await page.soon();
  assert.equal(page.heard.at(-1)[0], "refused");
});

test("a last answer that was cut off before it names the image is asked for again", async () => {
  const page = pageOf();
  await page.soon();
  page.attempts[0].url = "http://h/u/1/";
  page.last().onUploadUrlAvailable();
  page.last().onSuccess({ lastResponse: answer(204, { "Upload-Offset": "10" }) });
  assert.deepEqual(page.heard.at(-1), ["waiting", "no_answer"]);
  page.open(1)[0].then();
  await page.soon();
  assert.equal(page.last().uploadUrl, "http://h/u/1/");
  page.last().onSuccess(done);
  assert.equal(page.heard.at(-1)[0], "done");
});

const meanings = [
  ["no answer", { originalResponse: null }, "no_answer"],
  ["an answer of a network that wants to be signed in to", { originalResponse: answer(200) }, "no_answer"],
  ["signed out", problem(401, "not-authenticated"), "signed_out"],
  ["another person", problem(403, "other-person"), "other_person"],
  ["the wrong offset", problem(409, "wrong-offset", { "Upload-Offset": "5" }), "go_on"],
  ["a case that takes no images", problem(409, "state"), "refused"],
  ["a conflict whose answer was cut off", { originalResponse: answer(409) }, "no_answer"],
  ["a refusal without a word", { originalResponse: answer(403, { "Content-Length": "0" }) }, "refused"],
  ["another request writes", problem(423, "locked"), "server"],
  ["an upload that ended", problem(410, "upload-ended"), "refused"],
  ["a broken server", { originalResponse: answer(502) }, "server"],
  ["too many requests", problem(429, "throttled", { "Retry-After": "7" }), "server"],
];
for (const [name, error, what] of meanings) {
  test(`${name} means ${what}`, () => assert.equal(meaningOf(error).what, what));
}

test("the same file is refused for good only by us, and not for a quota", () => {
  const isFinal = (error) => meaningOf(error).refusal.isFinal;
  assert.equal(isFinal(problem(413, "too-large")), true);
  assert.equal(isFinal(problem(413, "quota-exceeded")), false);
  assert.equal(isFinal({ originalResponse: answer(413, { "Content-Type": "text/html" }, "<p>") }), false);
});

test("the pace of a line sets the size of the pieces", () => {
  const pace = createPace();
  const after = (bytes, ms) => {
    pace.took(bytes, ms);
    return pace.size();
  };
  assert.equal(pace.size(), SMALL);
  assert.equal(after(SMALL, 8000), SMALL);
  assert.equal(after(SMALL, 700), USUAL);
  assert.equal(after(1000, 1), USUAL);
  assert.equal(after(USUAL, 900), LARGE);
  assert.equal(after(LARGE, 20_000), USUAL);
  assert.equal(after(LARGE, 60_000), SMALL);
  assert.equal(after(SMALL, 10), LARGE);
  assert.equal(after(1000, 9000), SMALL);
});
