import assert from "node:assert/strict";
import { test } from "node:test";

import { fromBase64, packed, seal, toBase64, unpacked, unseal } from "../../static/offline/sealing.js";

const item = { id: "i1", person: "p1", device: "d1", kind: "field" };
const RSA = { name: "RSA-OAEP", modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };

const pair = await crypto.subtle.generateKey(RSA, true, ["encrypt", "decrypt"]);
const publicKey = toBase64(await crypto.subtle.exportKey("spki", pair.publicKey));
/* What the server does */
const unwrap = async (wrapped) =>
  toBase64(await crypto.subtle.decrypt("RSA-OAEP", pair.privateKey, fromBase64(wrapped)));

test("what was sealed opens with the private half alone, byte for byte", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(50_000));
  const sealed = await seal(publicKey, item, packed({ name: "Feld 1.jpg" }, bytes.buffer));
  const opened = unpacked(await unseal(await unwrap(sealed.wrapped), { ...item, ...sealed }));
  assert.deepEqual(opened.head, { name: "Feld 1.jpg" });
  assert.deepEqual(opened.bytes, bytes);
});

test("nothing of it can be read, and no two items have a key in common", async () => {
  const text = packed({ mrn: "R-104711" });
  const [one, other] = [await seal(publicKey, item, text), await seal(publicKey, item, text)];
  assert.ok(!Buffer.from(one.sealed).includes("R-104711"));
  assert.notEqual(await unwrap(one.wrapped), await unwrap(other.wrapped));
  assert.notDeepEqual(new Uint8Array(one.sealed), new Uint8Array(other.sealed));
});

test("put beside another person, device or kind it does not open", async () => {
  const sealed = await seal(publicKey, item, packed({}));
  const secret = await unwrap(sealed.wrapped);
  for (const change of [{ id: "i2" }, { person: "p2" }, { device: "d2" }, { kind: "form" }]) {
    await assert.rejects(unseal(secret, { ...item, ...sealed, ...change }));
  }
});
