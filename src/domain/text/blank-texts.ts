import { blankSecrets } from "./blank-url.ts";

/** Returns the same value with the passwords of URLs, and credentials in their queries, blanked in each text of it. */
export function blankTexts<T>(value: T): T {
  return blanked(value) as T;
}

/** A text without these holds neither a URL nor a query. Most texts do not, and looking for secrets takes ten times as long. */
const hidesSecrets = /:\/\/|=/;

/** Returns a value of the same shape: only texts are replaced, by texts. */
function blanked(value: unknown): unknown {
  if (typeof value === "string") return hidesSecrets.test(value) ? blankSecrets(value) : value;
  if (Array.isArray(value)) return value.map(blanked);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, blanked(member)]));
}
