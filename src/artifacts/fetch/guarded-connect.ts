import { isIP, type LookupFunction } from "node:net";
import { buildConnector } from "undici";
import type { ResolveHost } from "./resolve-host.ts";

export interface ConnectGuard {
  /** May this address be connected to? */
  mayConnect(address: string): boolean;
  readonly resolve: ResolveHost;
  /** From looking up the name to the end of the TLS handshake. */
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

/**
 * Makes connections only to addresses that were checked. The check is part of the connection: the socket gets
 * exactly the addresses that passed, and nobody resolves the name again, so that an answer which changes in
 * between changes nothing.
 */
export function createGuardedConnect(guard: ConnectGuard): buildConnector.connector {
  const connect = buildConnector({
    timeout: guard.connectMs,
    lookup: createGuardedLookup(guard),
    autoSelectFamily: true,
    // Node's default of 250 ms for each of several addresses is less than a connection across an ocean may take.
    autoSelectFamilyAttemptTimeout: Math.min(2500, guard.connectMs),
  });
  return (options, callback) => {
    // A literal address is connected to as it is, without a look-up.
    if (isIP(options.hostname) !== 0 && !guard.mayConnect(options.hostname)) {
      callback(new RefusedAddress(options.hostname), null);
      return;
    }
    connect(options, callback);
  };
}

/** A `lookup` for `net.connect` that gives all addresses of a name, or an error when any of them is refused. */
export function createGuardedLookup({ mayConnect, resolve }: ConnectGuard): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (found) => {
        const [first] = found;
        // No honest log host has both kinds, and leaving out the bad ones would hide the trick (or the mistake).
        if (first === undefined || !found.every(({ address }) => mayConnect(address))) {
          callback(new RefusedAddress(hostname), []);
        } else if (options.all) {
          callback(null, [...found]);
        } else {
          callback(null, first.address, first.family);
        }
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}
