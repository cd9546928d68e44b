/**
 * Returns whether a pattern matches a host.
 *
 * @param pattern - `logs.example.com`, or `*.example.com` for every name below `example.com`.
 * @param hostname - in lower case, without a port; it may end with a dot.
 */
export function matchesHost(pattern: string, hostname: string): boolean {
  const name = hostname.replace(/\.$/, "");
  const wanted = pattern.toLowerCase();
  return wanted.startsWith("*.")
    ? name.endsWith(wanted.slice(1)) && name.length > wanted.length - 1
    : name === wanted;
}
