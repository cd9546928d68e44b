import { promises as dns } from "node:dns";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** All addresses of a host name, at least one. Rejects with the resolver's error (`code`: `ENOTFOUND`, ...). */
export type ResolveHost = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/**
 * Resolves host names.
 *
 * @param servers - `address` or `address:port` of the DNS servers to ask. None: as the system does (its hosts
 *   file and search list included).
 * @param timeoutMs - for one question to one of these servers.
 */
export function createResolveHost(servers: readonly string[], timeoutMs: number): ResolveHost {
  if (servers.length === 0) {
    return async (hostname) => {
      const found = await dns.lookup(hostname, { all: true });
      return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
    };
  }
  const resolver = new dns.Resolver({ timeout: timeoutMs, tries: 2 });
  resolver.setServers(servers);
  return async (hostname) => {
    const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    // One of the two is enough: many hosts have no IPv6 address, and some servers answer that with an error.
    if (four.status === "rejected" && six.status === "rejected") throw four.reason;
    return [
      ...(four.status === "fulfilled" ? four.value : []).map((address) => ({ address, family: 4 as const })),
      ...(six.status === "fulfilled" ? six.value : []).map((address) => ({ address, family: 6 as const })),
    ];
  };
}
