/** The beginnings of the default `User-Agent` headers of HTTP libraries. They are case-sensitive. */
const nameless = ["libcurl/", "Python-urllib/", "python-requests/"];

export const NAMELESS_AGENT =
  "requests must have a User-Agent that names the program and how to reach its owner; the default of an HTTP library is refused";

/** Returns whether a `User-Agent` names only an HTTP library. See spec/rest-submission.md 1.6. */
export function isNamelessAgent(userAgent: string | undefined): boolean {
  return nameless.some((beginning) => userAgent?.startsWith(beginning) === true);
}
