/* Measures one frame after the other away from the page, so that the live picture never stops. */
import { measure } from "./measures.js";

self.addEventListener("message", ({ data }) => {
  self.postMessage({ number: data.number, ...measure(data, data) });
});
