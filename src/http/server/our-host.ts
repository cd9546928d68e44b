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

/** The parts of a request that name its host. */
export interface NamedHosts {
  /** The request target as sent: a path, or an absolute URL. */
  readonly target: string;
  /** The names and values of all headers, alternating. Node's parsed headers would hide a second `Host`. */
  readonly rawHeaders: readonly string[];
}

/** `foreign` for another host. `ambiguous` for our host, but with more than one `Host` header, which HTTP forbids. */
export type HostVerdict = "ours" | "foreign" | "ambiguous";

/**
 * Decides whether a request is meant for this listener. Without this check, the owner of a web page could point the page's host
 * name at this machine (DNS rebinding), and scripts in the page could then read this server's answers. The browser sends the
 * page's host name as `Host`, so the attack can be recognised. Every IP address is accepted, because only names can be rebound.
 * A request without `Host` (HTTP/1.0) is accepted, because it is not from a browser.
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
