// node fhir_walk.js BASE TOKEN   Reads the only report over FHIR with MedplumClient; prints what it made of the answers.
import console from "node:console";
import process from "node:process";

import { MedplumClient } from "@medplum/core";

const [baseUrl, accessToken] = process.argv.slice(2);
const lis = new MedplumClient({ baseUrl: `${baseUrl}/`, fhirUrlPath: "fhir/r4", accessToken });
const [report] = await lis.searchResources("DiagnosticReport", "status=corrected");
const first = await lis.readVersion("DiagnosticReport", report.id, "1");
const panel = await lis.readReference(report.result[0]);
const results = await Promise.all(panel.hasMember.map((member) => lis.readReference(member)));
const patient = await lis.readReference(report.subject);
const pdf = await lis.download(report.presentedForm[0].url, { headers: { Accept: "application/pdf" } });
console.log(
  JSON.stringify({
    versions: [first, report].map((one) => [one.meta.versionId, one.status]),
    values: Object.fromEntries(
      results.map((one) => [one.code.coding[0].code, [one.valueQuantity.value, one.valueQuantity.code]]),
    ),
    birthDate: patient.birthDate,
    pdf: pdf.size,
  }),
);
process.exit(0);
