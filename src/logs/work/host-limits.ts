/** How a host behaved: it answered (anything), or it did not answer in time or broke the connection. */
export type HostConduct = "answered" | "unreachable";

// A host that does not answer rests: it gets no log for 5 s, then for twice as long each time, up to a minute. The maximum is low,
// because any publisher could name a path of a good host that hangs.
const firstRestMs = 5_000;
const longestRestMs = 60_000;
const forgottenAfterMs = 600_000;
/** The most hosts that are remembered. Strangers choose the hosts, and each claim sends the busy ones to the store. */
const mostHosts = 1000;

interface HostState {
  inWork: number;
  /** How many times in a row the host was unreachable. */
  strikes: number;
  /** The time until which the host rests, in milliseconds of the clock. */
  restsUntil: number;
}

/** Returns whether a host still rests. A rest that seems longer than the longest one began before the clock was set back, and is over. */
function isResting(restsUntil: number, now: number): boolean {
  return now < restsUntil && restsUntil - now <= longestRestMs;
}

/**
 * Limits how many logs of one host are in progress, so that a slow host delays only its own logs.
 *
 * A host gets `perHost` logs at a time. An unreachable host rests, and then gets a single log at a time until it answers. So a dead
 * host takes only one slot now and then, however many of its logs wait. Times are milliseconds of the caller's clock. If there are
 * more than a thousand hosts, those whose last log is longest ago are forgotten.
 */
export class HostLimits {
  readonly #perHost: number;
  /** Hosts in the order in which their last log ended, or their first log began. */
  readonly #hosts = new Map<string, HostState>();

  constructor(perHost: number) {
    this.#perHost = perHost;
  }

  /** Returns the hosts that get no more logs now. */
  busy(now: number): string[] {
    const busy = [...this.#hosts].filter(([, { inWork, strikes, restsUntil }]) => {
      return isResting(restsUntil, now) || inWork >= (strikes > 0 ? 1 : this.#perHost);
    });
    return busy.map(([host]) => host);
  }

  /** Notes that a log of this host is in progress. */
  start(host: string): void {
    const state = this.#hosts.get(host) ?? { inWork: 0, strikes: 0, restsUntil: 0 };
    this.#hosts.set(host, { ...state, inWork: state.inWork + 1 });
  }

  /** Notes that a log is no longer in progress. `conduct` is null if its end says nothing about the host. */
  end(host: string, conduct: HostConduct | null, now: number): void {
    const state = this.#hosts.get(host);
    if (state === undefined) return;
    state.inWork--;
    if (conduct === "answered") {
      state.strikes = 0;
      state.restsUntil = 0;
    }
    // Logs that were in progress together and fail together count once.
    if (conduct === "unreachable" && !isResting(state.restsUntil, now)) {
      state.restsUntil = now + Math.min(longestRestMs, firstRestMs * 2 ** Math.min(state.strikes, 10));
      state.strikes++;
    }
    this.#hosts.delete(host);
    if (state.inWork > 0 || state.strikes > 0) this.#hosts.set(host, state);
    this.#forget(now);
  }

  /** Forgets old hosts. The loop ends early: it visits only the hosts that it forgets, hosts with logs in progress, and one other. */
  #forget(now: number): void {
    for (const [host, { inWork, restsUntil }] of this.#hosts) {
      if (inWork > 0) continue;
      if (this.#hosts.size <= mostHosts && now <= restsUntil + forgottenAfterMs) break;
      this.#hosts.delete(host);
    }
  }
}
