/** The schemes that a link from data may have. Other addresses are shown as text. */
const allowed = new Set(["http:", "https:", "ftp:", "mailto:", "tel:", "file:"]);

/**
 * Returns an address from data in a form that is safe in a link; null if no link may have it. `URL` parses the address, instead of a
 * regular expression, because browsers ignore spaces, tabs and line feeds in a scheme. The address must be absolute, because a relative
 * one would lead to our own pages.
 *
 * @returns the text itself if it begins with `scheme://`. Otherwise the address as `URL` serializes it, because a browser treats
 *   `http:place` as a path on the page's own host.
 */
export function linkAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  if (!allowed.has(protocol)) return null;
  return text.startsWith(`${protocol}//`) ? text : href;
}
