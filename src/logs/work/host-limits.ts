/** How a host behaved: it answered (with whatever), or it kept us waiting or broke the connection. */
export type HostConduct = "answered" | "unreachable";

// A host that does not answer is left alone for 5 s after the first time, doubling, a minute at most: no longer, because
// anybody who may publish can name a path of a good host that hangs.
const firstRestMs = 5_000;
const longestRestMs = 60_000;
const forgottenAfterMs = 600_000;
/** Strangers name the hosts, and all that get no log now are named to the store at each claim. */
const mostHosts = 1000;

interface HostState {
  inWork: number;
  /** Times in a row that it was unreachable. */
  strikes: number;
  /** Milliseconds of the clock: left alone until then. */
  restsUntil: number;
}

/**
 * How many logs of one host are in work, so that a slow host delays nothing but its own logs.
 *
 * A host gets `perHost` logs at a time. One that is unreachable rests, and then gets a single log until it answers:
 * however many of its logs are waiting, a dead host takes one slot now and then. Times are milliseconds of the
 * caller's clock. Of more than a thousand hosts, those whose last log is the longest ago are forgotten.
 */
export class HostLimits {
  readonly #perHost: number;
  /** In the order in which they last ended a log, or began their first one. */
  readonly #hosts = new Map<string, HostState>();

  constructor(perHost: number) {
    this.#perHost = perHost;
  }

  /** Hosts that get no further log now. */
  busy(now: number): string[] {
    const busy = [...this.#hosts].filter(([, { inWork, strikes, restsUntil }]) => {
      return now < restsUntil || inWork >= (strikes > 0 ? 1 : this.#perHost);
    });
    return busy.map(([host]) => host);
  }

  /** A log of this host is in work. */
  start(host: string): void {
    const state = this.#hosts.get(host) ?? { inWork: 0, strikes: 0, restsUntil: 0 };
    this.#hosts.set(host, { ...state, inWork: state.inWork + 1 });
  }

  /** A log that was started is no longer in work; null: that says nothing about its host. */
  end(host: string, conduct: HostConduct | null, now: number): void {
    const state = this.#hosts.get(host);
    if (state === undefined) return;
    state.inWork--;
    if (conduct === "answered") {
      state.strikes = 0;
      state.restsUntil = 0;
    }
    // Logs that were in work together and fail together are one time.
    if (conduct === "unreachable" && now >= state.restsUntil) {
      state.restsUntil = now + Math.min(longestRestMs, firstRestMs * 2 ** Math.min(state.strikes, 10));
      state.strikes++;
    }
    this.#hosts.delete(host);
    if (state.inWork > 0 || state.strikes > 0) this.#hosts.set(host, state);
    this.#forget(now);
  }

  /** Looks at no more than it forgets, those with logs in work, and one. */
  #forget(now: number): void {
    for (const [host, { inWork, restsUntil }] of this.#hosts) {
      if (inWork > 0) continue;
      if (this.#hosts.size <= mostHosts && now <= restsUntil + forgottenAfterMs) break;
      this.#hosts.delete(host);
    }
  }
}
