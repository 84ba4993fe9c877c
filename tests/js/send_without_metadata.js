/* Writes each file of a folder into another as the upload page would send it, and prints what the page is told of it. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { withoutMetadata } from "../../static/shared/without_metadata.js";

const [, , source, target] = process.argv;
const told = {};
for (const name of readdirSync(source)) {
  const file = new File([readFileSync(join(source, name))], name, { type: "image/jpeg", lastModified: 1 });
  const { file: sent, leftOut, asItIs } = await withoutMetadata(file);
  writeFileSync(join(target, name), Buffer.from(await sent.arrayBuffer()));
  told[name] = { leftOut, asItIs, isSame: sent === file, name: sent.name, type: sent.type, at: sent.lastModified };
}
process.stdout.write(JSON.stringify(told));
