import { serverKey } from "../fetch/server-key.ts";
import { type HostConduct, HostLimits } from "./host-limits.ts";

/** Logs that a busy server could not take are due again one after the other, at this interval. */
const dueIntervalMs = 1000;
/** The longest time until such a log is due again. It is limited, because the server may recover. */
const longestDelayMs = 600_000;
/** The most hosts that are remembered, because strangers choose them. Those visited longest ago are forgotten. */
const mostHosts = 1000;

/**
 * Decides which logs may be fetched now, by the name of their host and by the servers that the name resolves to. If only the name
 * counted, one server that hangs could take all slots under a thousand names.
 */
export class LogVisits {
  readonly #hosts: HostLimits;
  readonly #servers: HostLimits;
  /** The servers that each host's name last resolved to. */
  readonly #serversOf = new Map<string, readonly string[]>();
  /** The time when the last log that had to wait for a server is due, in milliseconds since the Unix epoch, by server. */
  readonly #lastDueAt = new Map<string, number>();

  /** @param perHost - the most logs of one host, and of one server, at a time. */
  constructor(perHost: number) {
    this.#hosts = new HostLimits(perHost);
    this.#servers = new HostLimits(perHost);
  }

  /** Returns the hosts that get no more logs now, because they or all of their servers are busy. */
  busyHosts(now: number): string[] {
    const busyServers = new Set(this.#servers.busy(now));
    const busy = new Set(this.#hosts.busy(now));
    for (const [host, servers] of this.#serversOf) {
      if (servers.every((server) => busyServers.has(server))) busy.add(host);
    }
    return [...busy];
  }

  /** Begins to fetch a log of this host. */
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
        // A redirect may lead back to a server that this log was admitted to. The log must not wait for itself.
        const free = [...byServer.keys()].filter((server) => entered.includes(server) || !busy.has(server));
        if (free.length === 0) dueAt = this.#enqueue([...byServer.keys()], now);
        current = free;
        for (const server of free) {
          if (entered.includes(server)) continue;
          this.#servers.start(server);
          entered.push(server);
        }
        return free.flatMap((server) => byServer.get(server) ?? []);
      },
      end: (conduct, now) => {
        // After a redirect, `conduct` is that of another host, and this host has answered.
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

  /** Adds a log to those that wait for these servers, and returns when it is due. */
  #enqueue(servers: readonly string[], now: number): number {
    const last = servers.reduce(
      (latest, server) => Math.max(latest, this.#lastDueAt.get(server) ?? now),
      now,
    );
    const dueAt = Math.min(last + dueIntervalMs, now + longestDelayMs);
    for (const server of servers) {
      this.#lastDueAt.delete(server);
      this.#lastDueAt.set(server, dueAt);
      if (this.#lastDueAt.size > mostHosts) forgetFirst(this.#lastDueAt);
    }
    return dueAt;
  }
}

/** The fetch of one log, from its claim to its end. */
export interface LogVisit {
  /** Returns which of these addresses may be connected to, and counts their servers as in use. Called for each hop. */
  admit(addresses: readonly string[], port: number, now: number): readonly string[];
  /**
   * Ends the visit. `conduct` is null if its end says nothing about the host.
   *
   * @returns when the log is due again if a server was too busy to take it; otherwise null.
   */
  end(conduct: HostConduct | null, now: number): number | null;
}

function forgetFirst(map: Map<string, unknown>): void {
  for (const first of map.keys()) {
    map.delete(first);
    return;
  }
}
