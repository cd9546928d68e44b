/** Beginnings of the `User-Agent` of programs that did not set one, in exactly this spelling. */
const nameless = ["libcurl/", "Python-urllib/", "python-requests/"];

export const NAMELESS_AGENT =
  "requests must have a User-Agent that names the program and how to reach its owner; the default of an HTTP library is refused";

/** Returns whether a `User-Agent` only names an HTTP library. See spec/rest-submission.md 1.6. */
export function isNamelessAgent(userAgent: string | undefined): boolean {
  return nameless.some((beginning) => userAgent?.startsWith(beginning) === true);
}
