import { blankSecrets } from "./blank-url.ts";

/** Returns a copy of a value in which passwords in URLs, and credentials in their queries, are blanked in all texts. */
export function blankTexts<T>(value: T): T {
  return blanked(value) as T;
}

/** Matches texts that may contain a URL or a query. Most do not, and searching them for secrets would take ten times as long. */
const hidesSecrets = /:\\*\/|=/;

/** Returns a value of the same shape, in which only texts are replaced with texts. */
function blanked(value: unknown): unknown {
  if (typeof value === "string") return hidesSecrets.test(value) ? blankSecrets(value) : value;
  if (Array.isArray(value)) return value.map(blanked);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, blanked(member)]));
}
