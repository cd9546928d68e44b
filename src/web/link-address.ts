/** The schemes that a link from data may have. Other addresses are shown as text. */
const allowed = new Set(["http:", "https:", "ftp:", "mailto:", "tel:", "file:"]);

/**
 * Returns an address from data as it may stand in a link; null if it may not. `URL` decides, and not a pattern, because browsers
 * ignore spaces, tabs and line feeds in a scheme. The address must be absolute: a relative one would lead to our own pages.
 *
 * @returns the text itself if it begins with `scheme://`. Otherwise the address as `URL` writes it, because a browser takes
 *   `http:place` for a path of the page's own host.
 */
export function linkAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  if (!allowed.has(protocol)) return null;
  return text.startsWith(`${protocol}//`) ? text : href;
}
