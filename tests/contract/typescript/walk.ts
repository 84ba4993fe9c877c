/* node walk.js BASE TOKEN send PNG-IN-BASE64     registers, orders, opens a case, sends an image, submits
   node walk.js BASE TOKEN fetch ACCESSION-NUMBER fetches the signed report and its PDF
   A laboratory system in TypeScript: every body and answer has the types that were made of docs/openapi.yaml. */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: [string, string, string, string, string, string] };

type Answer<T> = { data?: T; error?: components["schemas"]["Problem"] };

function given<T>({ data, error }: Answer<T>): T {
  if (data === undefined) {
    throw new Error(error?.detail);
  }
  return data;
}

const [, , baseUrl, token, step, argument] = process.argv;
const lis = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

async function send(png: Uint8Array<ArrayBuffer>): Promise<string> {
  const person = { mrn: "4713", family_name: "Family", birth_date: "1980-02", sex: "female" } as const;
  const patient = given(await lis.POST("/api/v1/patients/", { body: { ...person, given_name: "Given" } }));

  const ordered = { patient: patient.id, placer_number: "P-4713", priority: "urgent", wbc: 7.4 } as const;
  const order = given(await lis.POST("/api/v1/orders/", { body: { ...ordered, wbc_source: "Analyser 3" } }));
  // @ts-expect-error what the description does not name is no member of a body
  const mistyped: components["schemas"]["OrderInRequest"] = { ...ordered, wbcc: 7.4 };
  if ((await lis.POST("/api/v1/orders/", { body: mistyped })).error?.status !== 400) {
    throw new Error("A member that does not exist was taken.");
  }

  const opened = { patient: patient.id, order: order.id, stain: "giemsa", objective: 100 } as const;
  const idempotency = { header: { "Idempotency-Key": "case-P-4713" } };
  const { id, accession_number } = given(await lis.POST("/api/v1/cases/", { body: opened, params: idempotency }));

  const form = new FormData();
  form.append("file", new Blob([png]), "field-1.png");
  const image = { params: { path: { id } }, body: { file: "" }, bodySerializer: () => form };
  given(await lis.POST("/api/v1/cases/{id}/images/", image));

  const submitted = given(await lis.POST("/api/v1/cases/{id}/submit/", { params: { path: { id } } }));
  const state: components["schemas"]["CaseState"] = submitted.state;
  if (state === "draft") {
    throw new Error("The case was not handed over.");
  }
  return accession_number;
}

async function fetchReport(accession_number: string): Promise<object> {
  const asked = { params: { query: { accession_number, current: true } } };
  const [listed] = given(await lis.GET("/api/v1/reports/", asked)).results;
  const path = { id: listed!.id };
  const { content, kind } = given(await lis.GET("/api/v1/reports/{id}/", { params: { path } }));
  const neutrophils = content.differential.rows.find((row) => row.code === "neutrophil");
  const pdf = given(await lis.GET("/api/v1/reports/{id}/pdf/", { params: { path }, parseAs: "arrayBuffer" }));
  const percent: number | undefined = neutrophils?.percent;
  return { kind, percent, pdf: btoa(String.fromCharCode(...new Uint8Array(pdf))) };
}

const said =
  step === "send" ? send(Uint8Array.from(atob(argument), (one) => one.charCodeAt(0))) : fetchReport(argument);
console.log(JSON.stringify(await said));
