/**
 * Returns the host from which a URL is fetched, as it is used for limits per host. It is in lower case and in the form that a
 * connection uses (`127.0.0.1` for `http://0x7f.1/`), with the port unless it is the scheme's default. Returns `""` for text that is
 * not a URL or has no host.
 */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}
