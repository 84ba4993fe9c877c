import assert from "node:assert/strict";
import { test } from "node:test";

import { createOutbox } from "../../static/shared/outbox.js";

const SAVED = { status: 200, signedOut: false };
const SIGNED_OUT = { status: 403, signedOut: true };

/* An outbox whose server answers what the test says, in order, then that all is saved. Nothing waits. */
const outboxWith = (answers, { renewed = "" } = {}) => {
  const posted = [];
  const told = [];
  const pauses = [];
  const outbox = createOutbox({
    post: async (labels, token) => {
      posted.push({ labels, token });
      return answers.length ? answers.shift() : SAVED;
    },
    renew: async () => renewed,
    token: "first",
    tell: (sentence, trouble = false) => told.push({ sentence, trouble }),
    after: (then, seconds) => {
      pauses.push({ then, seconds });
      return () => {};
    },
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { outbox, posted, told, pauses, settled };
};

test("labels given while one is on its way go together, the newest of each cell", async () => {
  const { outbox, posted, settled } = outboxWith([]);
  outbox.put("c1", "monocyte");
  outbox.put("c2", "neutrophil");
  outbox.put("c2", "eosinophil");
  await settled();
  assert.deepEqual(
    posted.map(({ labels }) => labels),
    [[{ cell: "c1", code: "monocyte" }], [{ cell: "c2", code: "eosinophil" }]],
  );
  assert.equal(outbox.size(), 0);
});

test("a label that was changed while it was on its way is sent again", async () => {
  const { outbox, posted, settled } = outboxWith([]);
  outbox.put("c1", "monocyte");
  outbox.put("c1", "lymphocyte");
  await settled();
  assert.deepEqual(posted.at(-1).labels, [{ cell: "c1", code: "lymphocyte" }]);
});

test("without an answer labels are kept, and sent again after longer and longer pauses", async () => {
  const { outbox, posted, told, pauses, settled } = outboxWith([null, { status: 503 }, null]);
  outbox.put("c1", "monocyte");
  await settled();
  assert.equal(outbox.size(), 1);
  assert.ok(told.at(-1).trouble);
  while (outbox.size()) {
    pauses.at(-1).then();
    await settled();
  }
  assert.deepEqual(
    pauses.map(({ seconds }) => seconds),
    [1, 2, 4],
  );
  assert.equal(posted.length, 4);
  assert.deepEqual(told.at(-1), { sentence: "", trouble: false });
});

test("who signed in again meanwhile saves with the new token", async () => {
  const { outbox, posted, settled } = outboxWith([SIGNED_OUT], { renewed: "second" });
  outbox.put("c1", "monocyte");
  await settled();
  assert.deepEqual(
    posted.map(({ token }) => token),
    ["first", "second"],
  );
  assert.equal(outbox.size(), 0);
});

test("who is signed out is told so, and their labels are kept", async () => {
  const { outbox, told, settled } = outboxWith([SIGNED_OUT]);
  outbox.put("c1", "monocyte");
  await settled();
  assert.match(told.at(-1).sentence, /signed out/);
  assert.equal(outbox.size(), 1);
});

test("a refusal is said in the server's words", async () => {
  const { outbox, told, settled } = outboxWith([{ status: 409, sentence: "The opinion was withdrawn." }]);
  outbox.put("c1", "monocyte");
  await settled();
  assert.deepEqual(told.at(-1), { sentence: "The opinion was withdrawn.", trouble: true });
});

test("the opinion waits until every label is saved", async () => {
  const { outbox, pauses, settled } = outboxWith([null]);
  outbox.put("c1", "monocyte");
  await settled();
  let done = false;
  outbox.emptied().then(() => {
    done = true;
  });
  pauses.at(-1).then();
  await settled();
  assert.equal(done, true);
  assert.equal(await outbox.emptied(), undefined);
});
