/**
 * The text with the password of every URL in it replaced by `***`, so that it can be logged or shown.
 * Takes any text, not only a URL: drivers quote connection strings inside their messages.
 */
export function blankUrls(text: string): string {
  // The password ends at the last @ before the host: one that is not percent-encoded may hold @ and : itself.
  // Never past a quote, since the text may be a line of JSON.
  return text.replace(/(:\/\/[^\s/:@"]*):[^\s/"]*@/g, "$1:***@");
}

/** The same of a text that is one address, whatever its password holds. */
export function blankUrl(address: string): string {
  return address.replace(/^([^:]*:\/*[^:]*):.*@/s, "$1:***@");
}
