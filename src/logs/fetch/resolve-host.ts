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
 * All addresses of a host name, at least one. Rejects with the resolver's error (`code`: `ENOTFOUND`, ...), or a
 * LogFetchError.
 */
export type ResolveHost = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface ResolveOptions {
  /** `address` or `address:port` of the DNS servers to ask; empty: those that the system asks. */
  readonly servers: readonly string[];
  /** For one name, whatever its servers do. */
  readonly lookupMs: number;
  /** A file of names and addresses that is looked into first; null: none is. */
  readonly hostsFile: string | null;
}

/** A DNS server that has not answered after this is asked again, twice as long. */
const FIRST_TRY_MS = 2000;
const TRIES = 3;
/** Once a name has addresses of one family, those of the other are waited for so long: some servers never answer. */
const OTHER_FAMILY_MS = 1000;

const loopback = toAddresses(["127.0.0.1", "::1"]);

/**
 * Resolves strangers' host names: by DNS alone, without the search domains of the system.
 *
 * Not by `dns.lookup`: that runs in a pool of four threads, which everything in the process shares. A stranger's DNS
 * server that never answers would hold them, and with them the look-ups of the broker and of the database.
 */
export function createResolveHost({ servers, lookupMs, hostsFile }: ResolveOptions): ResolveHost {
  const findInFile = hostsFile === null ? null : openHostsFile(hostsFile);
  return async (hostname) => {
    const name = hostname.toLowerCase().replace(/\.$/, "");
    const listed = (await findInFile?.(name)) ?? [];
    if (listed.length > 0) return toAddresses(listed);
    // No DNS server knows these names; what they mean is fixed (RFC 6761, 6.3).
    if (name === "localhost" || name.endsWith(".localhost")) return loopback;
    return askDns(hostname, servers, lookupMs);
  };
}

async function askDns(
  hostname: string,
  servers: readonly string[],
  lookupMs: number,
): Promise<readonly ResolvedAddress[]> {
  // One for each name, since cancelling ends all questions of a resolver. It also reads the system's servers anew.
  const resolver = new dns.Resolver({ timeout: Math.min(FIRST_TRY_MS, lookupMs), tries: TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  // Cancelled questions fail by themselves, with a code that `notFound` knows.
  const late = setTimeout(() => resolver.cancel(), lookupMs);
  const four = resolver.resolve4(hostname);
  const six = resolver.resolve6(hostname);
  const both = Promise.allSettled([four, six]);
  try {
    await Promise.any([four, six]);
    await withDeadline<unknown>(both, OTHER_FAMILY_MS, () => undefined);
  } catch {
    // Both have failed, for the reasons that follow.
  } finally {
    clearTimeout(late);
    resolver.cancel();
  }
  // One of the two is enough: many hosts have no IPv6 address, and some servers answer that with an error.
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

/** @param error - of the question for IPv4 addresses: the other one says the same, or that there is none of its kind. */
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
