import { isIP, isIPv6 } from "node:net";
import { matchesHost } from "../../domain/text/matches-host.ts";

/** The names that a listener answers to, besides IP addresses and `localhost`. */
export interface OwnNames {
  /** What the listener listens on: a name or an address. */
  readonly listenHost: string;
  /** The machine's host name. */
  readonly machine: string;
  /** Names, or `*.name` for every name below that one. */
  readonly allowed: readonly string[];
}

/** What a request says about the host that it is for. */
export interface NamedHosts {
  /** The request target as sent: a path, or an absolute URL. */
  readonly target: string;
  /** Names and values of all headers in turn, as Node gives them: it hides a second `Host` otherwise. */
  readonly rawHeaders: readonly string[];
}

/** `foreign`: for somebody else. `ambiguous`: for us, but by more than one `Host` header, which HTTP forbids. */
export type HostVerdict = "ours" | "foreign" | "ambiguous";

/**
 * Is the request meant for this listener? A web page elsewhere can make its own name point to this machine (DNS
 * rebinding) and then read what a browser gets from here. The browser still sends the page's name as `Host`. Any IP
 * address is ours, since only names can be rebound. A request without `Host` (HTTP/1.0) comes from no browser.
 */
export function judgeHost({ target, rawHeaders }: NamedHosts, own: OwnNames): HostVerdict {
  const headers = rawHeaders.filter(
    (_, index) => rawHeaders[index - 1]?.toLowerCase() === "host" && index % 2 === 1,
  );
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1];
  const named = authority === undefined ? headers : [...headers, authority];
  if (!named.every((host) => isOurs(host, own))) return "foreign";
  return headers.length > 1 ? "ambiguous" : "ours";
}

function isOurs(host: string, { listenHost, machine, allowed }: OwnNames): boolean {
  const [, address, plainName = ""] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host.trim()) ?? [];
  if (address !== undefined) return isIPv6(address);
  const name = plainName.toLowerCase().replace(/\.$/, "");
  if (name === "") return false;
  if (isIP(name) !== 0 || name === "localhost" || name.endsWith(".localhost")) return true;
  return [listenHost, machine, ...allowed].some((pattern) => matchesHost(pattern.replace(/\.$/, ""), name));
}
