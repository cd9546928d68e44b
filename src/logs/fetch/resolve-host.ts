import { promises as dns } from "node:dns";
import { isIPv6 } from "node:net";
import { withDeadline } from "../../timing/deadline.ts";
import { clientErrorCode } from "./client-error-code.ts";
import { openHostsFile } from "./hosts-file.ts";
import { LogFetchError } from "./log-source.ts";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/**
 * Returns all addresses of a host name, at least one. Rejects with a LogFetchError, or with the resolver's error and its `code`, such
 * as `ENOTFOUND`.
 */
export type ResolveHost = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface ResolveOptions {
  /** DNS servers, as `address` or `address:port`; the system's own if empty. */
  readonly servers: readonly string[];
  /** The time limit for one name. */
  readonly lookupMs: number;
  /** A hosts file that is read before DNS is asked; null for none. */
  readonly hostsFile: string | null;
}

/** A DNS server that has not answered within this time is asked again, with twice the time. */
const FIRST_TRY_MS = 2000;
const TRIES = 3;
/** How long to wait for the addresses of the other family once those of one have arrived. Some servers never answer. */
const OTHER_FAMILY_MS = 1000;

const loopback = toAddresses(["127.0.0.1", "::1"]);

/**
 * Returns a resolver for strangers' host names. It uses DNS without the system's search domains.
 *
 * `dns.lookup` is not used, because it runs in a pool of four threads that the whole process shares. A stranger's DNS
 * server that never answers would block them, and with them the lookups of the broker and the database.
 */
export function createResolveHost({ servers, lookupMs, hostsFile }: ResolveOptions): ResolveHost {
  const findInFile = hostsFile === null ? null : openHostsFile(hostsFile);
  return async (hostname) => {
    const name = hostname.toLowerCase().replace(/\.$/, "");
    const listed = (await findInFile?.(name)) ?? [];
    if (listed.length > 0) return toAddresses(listed);
    // The meaning of these names is fixed, and DNS servers do not know them (RFC 6761, 6.3).
    if (name === "localhost" || name.endsWith(".localhost")) return loopback;
    return askDns(hostname, servers, lookupMs);
  };
}

async function askDns(
  hostname: string,
  servers: readonly string[],
  lookupMs: number,
): Promise<readonly ResolvedAddress[]> {
  // Each name has its own resolver, because cancel() ends all queries of a resolver. It also reads the system's current
  // list of servers.
  const resolver = new dns.Resolver({ timeout: Math.min(FIRST_TRY_MS, lookupMs), tries: TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  // Cancelled queries fail with a code that `notFound` handles.
  const late = setTimeout(() => resolver.cancel(), lookupMs);
  const four = resolver.resolve4(hostname);
  const six = resolver.resolve6(hostname);
  const both = Promise.allSettled([four, six]);
  try {
    await Promise.any([four, six]);
    await withDeadline<unknown>(both, OTHER_FAMILY_MS, () => undefined);
  } catch {
    // Both queries have failed; their errors are read below.
  } finally {
    clearTimeout(late);
    resolver.cancel();
  }
  // One answer is enough. Many hosts have no IPv6 address, and some servers answer that query with an error.
  const answers = await both;
  const found = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  if (found.length > 0) return toAddresses(found);
  const [first] = answers.flatMap((answer) =>
    answer.status === "rejected" ? [answer.reason as unknown] : [],
  );
  throw notFound(first, hostname, lookupMs);
}

function toAddresses(addresses: readonly string[]): readonly ResolvedAddress[] {
  return addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
}

/**
 * Returns the error to throw after both queries have failed.
 *
 * @param error - the error of the IPv4 query. The IPv6 query has the same error, or reports that the host has no IPv6 address.
 */
function notFound(error: unknown, hostname: string, lookupMs: number): unknown {
  const code = clientErrorCode(error);
  if (code === "ECANCELLED" || code === "ETIMEOUT") {
    const detail = `the name ${hostname} was not resolved within ${lookupMs / 1000} s`;
    return new LogFetchError("timeout", detail, false, error);
  }
  if (code === "ECONNREFUSED") {
    return new LogFetchError("network", `no DNS server could be asked for ${hostname}`, false, error);
  }
  return error;
}
