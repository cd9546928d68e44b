import { isIP, isIPv6 } from "node:net";
import { matchesHost } from "../../domain/text/matches-host.ts";
import { readTarget } from "./request-target.ts";

/** The names that a listener answers to, besides IP addresses and `localhost`. */
export interface OwnNames {
  /** The name or address that the listener listens on. */
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
  /** Names and values of all headers in turn. Node's parsed headers would hide a second `Host`. */
  readonly rawHeaders: readonly string[];
}

/** `foreign`: the request is for another host. `ambiguous`: it is for us, but has more than one `Host`, which HTTP forbids. */
export type HostVerdict = "ours" | "foreign" | "ambiguous";

/**
 * Decides whether a request is meant for this listener. A web page elsewhere can point its own name at this machine (DNS
 * rebinding), and could then read this server's answers in a browser. The browser still sends the page's name as `Host`.
 * Every IP address is ours, because only names can be rebound. A request without `Host` (HTTP/1.0) is not from a browser.
 */
export function judgeHost({ target, rawHeaders }: NamedHosts, own: OwnNames): HostVerdict {
  const headers = rawHeaders.filter(
    (_, index) => rawHeaders[index - 1]?.toLowerCase() === "host" && index % 2 === 1,
  );
  const { authority } = readTarget(target);
  const named = authority === null ? headers : [...headers, authority];
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
