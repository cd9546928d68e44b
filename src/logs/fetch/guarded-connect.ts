import { isIP, type LookupFunction } from "node:net";
import { buildConnector } from "undici";
import { LogFetchError } from "./log-source.ts";
import type { ResolvedAddress, ResolveHost } from "./resolve-host.ts";

/**
 * Which of these addresses may be connected to now, so that one server does not get too many connections; none: not
 * now. Asked after the addresses were checked.
 */
export type Admit = (addresses: readonly string[], port: number) => Promise<readonly string[]>;

export interface ConnectGuard {
  /** May this address be connected to? */
  mayConnect(address: string): boolean;
  readonly admit: Admit;
  readonly resolve: ResolveHost;
  /** From the first packet to the end of the TLS handshake; resolving the name has a limit of its own. */
  readonly connectMs: number;
}

/** A host that is, or has, an address that may not be connected to. */
export class RefusedAddress extends Error {
  readonly hostname: string;

  // The address is not told: a stranger could read from it what the names of our inside resolve to.
  constructor(hostname: string) {
    super(`${hostname} is no public address, or has one that is not`);
    this.name = "RefusedAddress";
    this.hostname = hostname;
  }
}

/** A name may have thousands of addresses; so many of each family are tried. */
const ADDRESSES_TRIED = 4;

/**
 * Makes connections only to addresses that were checked. The check is part of the connection: the socket gets
 * exactly the addresses that passed, and nobody resolves the name again, so that an answer which changes in
 * between changes nothing.
 */
export function createGuardedConnect(guard: ConnectGuard): buildConnector.connector {
  const connectTo = (addresses: readonly ResolvedAddress[]) =>
    buildConnector({
      timeout: guard.connectMs,
      lookup: knownAddresses(addresses),
      autoSelectFamily: true,
      // Node's default of 250 ms for each of several addresses is less than a connection across an ocean may take.
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
  // No honest log host has both kinds, and leaving out the bad ones would hide the trick (or the mistake).
  if (found.length === 0 || !found.every(({ address }) => mayConnect(address))) {
    throw new RefusedAddress(hostname);
  }
  const tried = ([4, 6] as const).flatMap((wanted) =>
    found.filter((one) => one.family === wanted).slice(0, ADDRESSES_TRIED),
  );
  const admitted = new Set(
    await admit(
      tried.map(({ address }) => address),
      port,
    ),
  );
  const allowed = tried.filter(({ address }) => admitted.has(address));
  if (allowed.length > 0) return allowed;
  throw new LogFetchError("server-busy", `the server of ${hostname} has enough to do`, false);
}

/** A `lookup` for `net.connect` that knows the answer. */
function knownAddresses(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (hostname, options, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(new RefusedAddress(hostname), []);
    else if (options.all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}
