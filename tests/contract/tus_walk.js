/* node tus_walk.js ENDPOINT TOKEN CASE FILE: tus-js-client sends a file whole, then another one cut, resumed and begun twice.
   Prints what it saw as JSON. */
import { Buffer } from "node:buffer";
import console from "node:console";
import { readFileSync } from "node:fs";
import process from "node:process";

import { Upload } from "tus-js-client";

const [endpoint, token, caseId, file] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${token}` };
const whole = readFileSync(file);
const CHUNK = 20000;

const send = (content, options) =>
  new Promise((resolve, reject) => {
    let image = null;
    const upload = new Upload(content, {
      endpoint,
      headers,
      chunkSize: CHUNK,
      retryDelays: [0, 100],
      onAfterResponse: (_request, response) => {
        image = response.getHeader("Upload-Image") ?? image;
      },
      onError: reject,
      onSuccess: () => resolve({ url: upload.url, image }),
      ...options,
      metadata: { case: caseId, filename: "field.png", ...options.metadata },
    });
    upload.start();
  });

const cut = (content, metadata) =>
  new Promise((resolve, reject) => {
    const upload = new Upload(content, {
      endpoint,
      headers,
      chunkSize: CHUNK,
      metadata: { case: caseId, ...metadata },
      onError: reject,
      onChunkComplete: async (_size, accepted) => {
        if (accepted >= 2 * CHUNK) {
          await upload.abort(false);
          resolve({ url: upload.url, accepted });
        }
      },
    });
    upload.start();
  });

/* The same picture with other bytes behind its end is another file */
const other = Buffer.concat([whole, Buffer.from("another one")]);
const first = await send(whole, { metadata: { client_id: "whole" } });
const broken = await cut(other, { client_id: "cut" });
const resumed = await send(other, { uploadUrl: broken.url });
/* As by a client that forgot the address: the same client_id finds it */
const again = await send(other, { metadata: { client_id: "cut" } });
console.log(JSON.stringify({ first, accepted: broken.accepted, resumed, again }));
