// A laboratory system of somebody else that sends: node sender.js PORT FILE... One line of JSON an answer.
import console from "node:console";
import { readFileSync } from "node:fs";
import process from "node:process";

globalThis.WebSocket ??= class {};
const { Hl7Client } = await import("@medplum/hl7");
const { Hl7Message } = await import("@medplum/core");

const [port, ...files] = process.argv.slice(2);
const client = new Hl7Client({ host: "127.0.0.1", port: Number(port) });
for (const file of files) {
  const answer = await client.sendAndWait(Hl7Message.parse(readFileSync(file, "utf8")));
  const msa = answer.getSegment("MSA");
  console.log(JSON.stringify({ code: msa.getComponent(1, 1), control: msa.getComponent(2, 1) }));
}
client.close();
process.exit(0);
