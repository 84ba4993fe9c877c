/* What is kept is sealed at once: a fresh AES-GCM key for each item, wrapped by the public key of the account. The private
   half is on the server, so nobody reads here what was written here, not even who wrote it. */
const RSA = { name: "RSA-OAEP", hash: "SHA-256" };
const AES = "AES-GCM";

export const toBase64 = (buffer) => {
  let text = "";
  for (const byte of new Uint8Array(buffer)) {
    text += String.fromCharCode(byte);
  }
  return btoa(text);
};
export const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/* What stands beside the sealed bytes in the clear: changed or put beside others, they do not open */
const boundTo = ({ id, person, device, kind }) => new TextEncoder().encode(`${id}.${person}.${device}.${kind}`);

/** Seal `bytes` for `item`: returns what is added to it. */
export const seal = async (publicKey, item, bytes) => {
  const wrapping = await crypto.subtle.importKey("spki", fromBase64(publicKey), RSA, false, ["encrypt"]);
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const key = await crypto.subtle.importKey("raw", secret, AES, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: AES, iv, additionalData: boundTo(item) }, key, bytes);
  const wrapped = toBase64(await crypto.subtle.encrypt(RSA.name, wrapping, secret));
  secret.fill(0);
  return { iv, sealed, wrapped };
};

/** Open an item with the key that the server unwrapped. Rejects where it is not what was sealed. */
export const unseal = async (secret, item) => {
  const key = await crypto.subtle.importKey("raw", fromBase64(secret), AES, false, ["decrypt"]);
  return crypto.subtle.decrypt({ name: AES, iv: item.iv, additionalData: boundTo(item) }, key, item.sealed);
};

/** One line of JSON, then the bytes of a picture. */
export const packed = (head, bytes = new ArrayBuffer(0)) => {
  const line = new TextEncoder().encode(`${JSON.stringify(head)}\n`);
  const whole = new Uint8Array(line.length + bytes.byteLength);
  whole.set(line);
  whole.set(new Uint8Array(bytes), line.length);
  return whole;
};
export const unpacked = (buffer) => {
  const whole = new Uint8Array(buffer);
  const end = whole.indexOf(10);
  return { head: JSON.parse(new TextDecoder().decode(whole.subarray(0, end))), bytes: whole.slice(end + 1) };
};
