// A laboratory system of somebody else that takes results: node receiver.js PORT. One line of JSON a message.
import console from "node:console";
import process from "node:process";

import { Server } from "node-hl7-server";

const port = Number(process.argv[2]);
const inbound = new Server({ bindAddress: "127.0.0.1" }).createInbound({ port }, async (request, response) => {
  const segments = request.getMessage().toString().split("\r");
  const fields = (name) => segments.filter((line) => line.startsWith(`${name}|`)).map((line) => line.split("|"));
  console.log(
    JSON.stringify({
      control: fields("MSH")[0][9],
      status: fields("OBR")[0][25],
      results: fields("OBX").map((obx) => obx[11]),
    }),
  );
  await response.sendResponse("AA");
});
inbound.on("listen", () => console.log("listening"));
