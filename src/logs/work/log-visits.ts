import { serverKey } from "../fetch/server-key.ts";
import { type HostConduct, HostLimits } from "./host-limits.ts";

/** The logs that a busy server could not take come back one after the other, in this interval ... */
const lineMs = 1000;
/** ... but none later than this: the server may have recovered. */
const longestLineMs = 600_000;
/** Strangers name the hosts: of more, those that were visited the longest ago are forgotten. */
const mostHosts = 1000;

/**
 * Which logs may be fetched now, by the name of their host and by the servers that it leads to. By the name alone,
 * one server that hangs could take all slots under a thousand names.
 */
export class LogVisits {
  readonly #hosts: HostLimits;
  readonly #servers: HostLimits;
  /** The servers that a host's name led to last. */
  readonly #serversOf = new Map<string, readonly string[]>();
  /** By server: when the last log is due that it could not take. Milliseconds since the Unix epoch. */
  readonly #lines = new Map<string, number>();

  /** @param perHost - logs of one host, and of one server, at a time. */
  constructor(perHost: number) {
    this.#hosts = new HostLimits(perHost);
    this.#servers = new HostLimits(perHost);
  }

  /** Hosts that get no further log now: they are busy, or all servers that they led to are. */
  busyHosts(now: number): string[] {
    const busyServers = new Set(this.#servers.busy(now));
    const busy = new Set(this.#hosts.busy(now));
    for (const [host, servers] of this.#serversOf) {
      if (servers.every((server) => busyServers.has(server))) busy.add(host);
    }
    return [...busy];
  }

  /** A log of this host is to be fetched. */
  start(host: string): LogVisit {
    this.#hosts.start(host);
    const entered: string[] = [];
    let current: readonly string[] = [];
    let hops = 0;
    let dueAt: number | null = null;
    return {
      admit: (addresses, port, now) => {
        const byServer = new Map<string, string[]>();
        for (const address of addresses) {
          const server = serverKey(address, port);
          byServer.set(server, [...(byServer.get(server) ?? []), address]);
        }
        hops++;
        if (hops === 1) this.#learn(host, [...byServer.keys()]);
        const busy = new Set(this.#servers.busy(now));
        // Where a redirect leads back to a server that this very log was admitted to, it does not wait for itself.
        const free = [...byServer.keys()].filter((server) => entered.includes(server) || !busy.has(server));
        if (free.length === 0) dueAt = this.#lineUp([...byServer.keys()], now);
        current = free;
        for (const server of free) {
          if (entered.includes(server)) continue;
          this.#servers.start(server);
          entered.push(server);
        }
        return free.flatMap((server) => byServer.get(server) ?? []);
      },
      end: (conduct, now) => {
        // After a redirect it is another host that answered, or did not.
        this.#hosts.end(host, hops > 1 ? "answered" : conduct, now);
        for (const server of entered) {
          this.#servers.end(server, current.includes(server) ? conduct : "answered", now);
        }
        return dueAt;
      },
    };
  }

  #learn(host: string, servers: readonly string[]): void {
    this.#serversOf.delete(host);
    this.#serversOf.set(host, servers);
    if (this.#serversOf.size > mostHosts) forgetFirst(this.#serversOf);
  }

  /** The place of one more log in the line before these servers. */
  #lineUp(servers: readonly string[], now: number): number {
    const last = servers.reduce((latest, server) => Math.max(latest, this.#lines.get(server) ?? now), now);
    const dueAt = Math.min(last + lineMs, now + longestLineMs);
    for (const server of servers) {
      this.#lines.delete(server);
      this.#lines.set(server, dueAt);
      if (this.#lines.size > mostHosts) forgetFirst(this.#lines);
    }
    return dueAt;
  }
}

/** The fetching of one log, from its claim to its end. */
export interface LogVisit {
  /** Which of these addresses may be connected to; these count from now on. Asked for each hop. */
  admit(addresses: readonly string[], port: number, now: number): readonly string[];
  /**
   * Ends the visit; null: its end says nothing about the host.
   *
   * @returns when the log should be tried again, where a server was too busy to take it; else null.
   */
  end(conduct: HostConduct | null, now: number): number | null;
}

function forgetFirst(map: Map<string, unknown>): void {
  for (const first of map.keys()) {
    map.delete(first);
    return;
  }
}
