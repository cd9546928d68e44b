/**
 * The host that a URL is fetched from, as limits per host count it: lower case, in the form that a connection
 * uses (`http://0x7f.1/` is `127.0.0.1`), with the port where it is not the scheme's own. `""` for text that is
 * no URL or has no host.
 */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}
