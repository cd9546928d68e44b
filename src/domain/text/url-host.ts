/**
 * Returns the host that a URL is fetched from, which limits per host count: in lower case, in the form that a connection
 * uses (`http://0x7f.1/` is `127.0.0.1`), with the port unless it is the scheme's default. `""` for text that is not a
 * URL or has no host.
 */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}
