import { isIP, type LookupFunction } from "node:net";
import { buildConnector } from "undici";
import { LogFetchError } from "./log-source.ts";
import type { ResolvedAddress, ResolveHost } from "./resolve-host.ts";

/**
 * Returns which of these checked addresses may be connected to now, so that no server gets too many connections. If the list is
 * empty, none of them may be connected to at the moment.
 */
export type Admit = (addresses: readonly string[], port: number) => Promise<readonly string[]>;

export interface ConnectGuard {
  /** Returns whether this address may be connected to. */
  mayConnect(address: string): boolean;
  readonly admit: Admit;
  readonly resolve: ResolveHost;
  /** The time from the first packet to the end of the TLS handshake. Resolving the name has its own limit. */
  readonly connectMs: number;
}

/** Thrown for a host that is, or has, an address that must not be connected to. */
export class RefusedAddress extends Error {
  readonly hostname: string;

  // The message does not contain the address, so that strangers cannot find out what internal names resolve to.
  constructor(hostname: string) {
    super(`${hostname} is not a public address, or has one that is not public`);
    this.name = "RefusedAddress";
    this.hostname = hostname;
  }
}

/** The most addresses of each family that are tried. A name may have thousands. */
const ADDRESSES_TRIED = 4;

/**
 * Returns a connector that connects only to checked addresses. The socket gets exactly the addresses that passed the
 * check, and the name is not resolved again, so a DNS answer that changes in between has no effect.
 */
export function createGuardedConnect(guard: ConnectGuard): buildConnector.connector {
  const connectTo = (addresses: readonly ResolvedAddress[]) =>
    buildConnector({
      timeout: guard.connectMs,
      lookup: knownAddresses(addresses),
      autoSelectFamily: true,
      // Node's default, 250 ms for each address, is too short for a connection across an ocean.
      autoSelectFamilyAttemptTimeout: Math.min(2500, guard.connectMs),
    });
  return (options, callback) => {
    const port = Number(options.port || (options.protocol === "https:" ? 443 : 80));
    checkedAddresses(options.hostname, port, guard).then(
      (addresses) => connectTo(addresses)(options, callback),
      (error: Error) => callback(error, null),
    );
  };
}

async function checkedAddresses(
  hostname: string,
  port: number,
  { mayConnect, admit, resolve }: ConnectGuard,
): Promise<readonly ResolvedAddress[]> {
  const literal = hostname.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(literal);
  const found =
    family === 0 ? await resolve(hostname) : [{ address: literal, family: family === 6 ? 6 : 4 } as const];
  // No honest log host has both allowed and refused addresses. Using only the allowed ones would hide an attack or a mistake.
  if (found.length === 0 || !found.every(({ address }) => mayConnect(address))) {
    throw new RefusedAddress(hostname);
  }
  const tried = ([4, 6] as const).flatMap((wanted) =>
    found.filter((each) => each.family === wanted).slice(0, ADDRESSES_TRIED),
  );
  const admitted = new Set(
    await admit(
      tried.map(({ address }) => address),
      port,
    ),
  );
  const allowed = tried.filter(({ address }) => admitted.has(address));
  if (allowed.length > 0) return allowed;
  throw new LogFetchError(
    "server-busy",
    `the server of ${hostname} already has as many connections as are allowed`,
    false,
  );
}

/** Returns a `lookup` for `net.connect` that always returns these addresses. */
function knownAddresses(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (hostname, options, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(new RefusedAddress(hostname), []);
    else if (options.all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}
