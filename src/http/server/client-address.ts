import { BlockList, isIP } from "node:net";
import { readTarget } from "./request-target.ts";

/** The server address that the client used, and the client's own address. */
export interface ClientAddress {
  /** In lower case, without a port: `localhost`, `192.0.2.1`, `[::1]`. Empty if the request has no `Host` header. */
  readonly host: string;
  readonly port: number;
  /** The address of the client. Behind a proxy that is not trusted, the address of the proxy. */
  readonly from: string;
  /** The host that a trusted proxy reports; otherwise that of the target, if it is a whole URL; otherwise `Host`. Null if there is none. */
  readonly hostHeader: string | null;
  /** Scheme and `hostHeader`, such as `https://ci.example.org:8443`. */
  readonly site: string;
}

/** A request as it arrived on the socket. */
export interface SocketRequest {
  readonly remoteAddress: string | undefined;
  /** The request target as sent: a path, or an absolute URL. */
  readonly target: string;
  /** The names and values of all headers, alternating. */
  readonly rawHeaders: readonly string[];
}

/** Returns whether an address is in a list of addresses and ranges, such as `10.0.0.0/8`. */
export type IsTrusted = (address: string | undefined) => boolean;

/** @param proxies - valid addresses, and valid ranges in CIDR notation. */
export function createTrust(proxies: readonly string[]): IsTrusted {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = "", bits] = proxy.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (given) => {
    // A dual-stack socket shows an IPv4 client as an IPv6 address.
    const address = given?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "") ?? "";
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 6 ? "ipv6" : "ipv4");
  };
}

/**
 * Returns the address that the client used. Hawk signs this address, so behind a proxy it must be the one that the client saw. The
 * headers `X-Forwarded-Host`, `-Proto` and `-For` count only if a trusted proxy sent them. If one has several values, the last one
 * counts, because the client may have sent the earlier ones itself.
 */
export function clientAddress(
  { remoteAddress, target, rawHeaders }: SocketRequest,
  isTrusted: IsTrusted,
): ClientAddress {
  const isForwarded = isTrusted(remoteAddress);
  const forwarded = (name: string): string | null =>
    isForwarded ? (lastHeader(rawHeaders, name)?.split(",").at(-1)?.trim() ?? null) : null;
  const sent = readTarget(target).authority ?? lastHeader(rawHeaders, "host");
  const hostHeader = forwarded("x-forwarded-host") ?? sent;
  const isEncrypted = forwarded("x-forwarded-proto")?.toLowerCase() === "https";
  const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(hostHeader?.trim() ?? "") ?? [];
  return {
    host: host.toLowerCase(),
    port: port === undefined ? (isEncrypted ? 443 : 80) : Number(port),
    from: forwarded("x-forwarded-for") ?? remoteAddress ?? "",
    hostHeader,
    site: `${isEncrypted ? "https" : "http"}://${hostHeader ?? ""}`,
  };
}

function lastHeader(rawHeaders: readonly string[], name: string): string | null {
  let last: string | null = null;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === name) last = rawHeaders[at + 1] ?? null;
  }
  return last;
}
