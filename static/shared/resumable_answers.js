/* What an answer to a piece of an upload means for what is done next. */
const KEPT_FOR_LATER = new Set(["quota-exceeded", "too-many-pieces", "sha256-mismatch"]);
const FINAL = new Set([413, 415, 422]);
const SOON_SECONDS = 3;
const SIGN_IN_SECONDS = 30;

const problemOf = (response) => {
  const type = response.getHeader("Content-Type") || "";
  try {
    return type.includes("json") ? JSON.parse(response.getBody()) : {};
  } catch {
    return {};
  }
};

/* Whoever refuses says something. Without TLS a browser takes what came before a cut as the whole answer, down to its first line;
   to HEAD no answer has a body, and asking anew for what is gone does no harm. */
const isCutOff = (error) =>
  error.originalRequest?.getMethod() !== "HEAD" &&
  !error.originalResponse.getBody() &&
  error.originalResponse.getHeader("Content-Length") !== "0";

/** The `error` of tus-js-client as {what: go_on | begin_anew | refused | a reason to wait, seconds, refusal}. */
export const meaningOf = (error) => {
  if (error.causingError?.begunBefore) {
    return { what: "go_on" };
  }
  const response = error.originalResponse;
  const status = response?.getStatus() ?? 0;
  /* Below 400 it is no answer of ours, as from a network that wants to be signed in to first */
  if (status < 400) {
    return { what: "no_answer" };
  }
  const problem = problemOf(response);
  /* Of the type of the problem its last part */
  const code = (problem.type ?? "").split(/[/:]/).at(-1);
  const pause = Number(response.getHeader("Retry-After")) || undefined;
  if (status === 401) {
    return { what: "signed_out", seconds: SIGN_IN_SECONDS };
  }
  if (code === "other-person") {
    return { what: "other_person", seconds: SIGN_IN_SECONDS };
  }
  if (status === 409 && response.getHeader("Upload-Offset")) {
    return { what: "go_on" };
  }
  if (status === 423) {
    return { what: "server", seconds: pause ?? SOON_SECONDS };
  }
  if (status >= 500 || status === 429 || status === 408) {
    return { what: "server", seconds: pause };
  }
  if (isCutOff(error)) {
    return { what: "no_answer" };
  }
  const refusal = {
    status,
    code,
    sentence: problem.detail ?? "",
    isFinal: FINAL.has(status) && Boolean(code) && !KEPT_FOR_LATER.has(code),
  };
  /* Of an address that is not known to this person it is asked once more by name */
  return { what: status === 404 ? "begin_anew" : "refused", refusal };
};
