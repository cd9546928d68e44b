import type { WorkItem, WorkStore } from "../../store/ports/work-store.ts";

/** The list of exchanges is read again after this time, or immediately if nothing can be claimed for the known exchanges. */
const LIST_MS = 1000;
/** Reading the list takes at most a tenth of the time, because some servers must scan all waiting work for it. */
const LIST_SHARE = 10;

export interface FairClaimsOptions {
  readonly store: Pick<WorkStore, "exchangesWithWork" | "claimWork">;
  readonly kind: WorkItem["kind"];
  readonly leaseMs: number;
}

/**
 * Claims work so that no publisher takes all slots, however much work it has and however long that takes. The next claim is for the
 * exchange with the fewest items in progress here. If several have equally few, the one that has waited longest for a turn is next.
 * Within an exchange, projects take turns.
 */
export class FairClaims {
  readonly #options: FairClaimsOptions;
  readonly #inWork = new Map<string, number>();
  /** The last project that had a turn, by exchange, in the order of these turns. */
  readonly #turns = new Map<string, string>();
  #exchanges: readonly string[] = [];
  #listedAt = Number.NEGATIVE_INFINITY;
  #listingMs = 0;

  constructor(options: FairClaimsOptions) {
    this.#options = options;
  }

  /**
   * Claims some items, all of one exchange. Returns an empty list if nothing is due, or only items of busy hosts are.
   *
   * @param limit - the most items. If several exchanges have work, each gets only its share.
   */
  async claim(limit: number, exceptHosts: readonly string[]): Promise<readonly WorkItem[]> {
    const isFresh = await this.#list(LIST_MS);
    const tried = new Set(this.#exchanges);
    const items = await this.#claimOf(this.#exchanges, limit, exceptHosts);
    if (items.length > 0 || isFresh || !(await this.#list(0))) return items;
    return this.#claimOf(
      this.#exchanges.filter((exchange) => !tried.has(exchange)),
      limit,
      exceptHosts,
    );
  }

  /** Notes that a claimed item is no longer in progress. */
  end({ exchange }: WorkItem): void {
    const left = (this.#inWork.get(exchange) ?? 0) - 1;
    if (left > 0) this.#inWork.set(exchange, left);
    else this.#inWork.delete(exchange);
  }

  async #claimOf(
    exchanges: readonly string[],
    limit: number,
    exceptHosts: readonly string[],
  ): Promise<readonly WorkItem[]> {
    const { store, kind, leaseMs } = this.#options;
    const share = Math.ceil(limit / this.#exchanges.length);
    for (const exchange of this.#inTurn(exchanges)) {
      const afterProject = this.#turns.get(exchange) ?? "";
      const items = await store.claimWork({
        kind,
        exchange,
        afterProject,
        limit: share,
        leaseMs,
        exceptHosts,
      });
      const last = items.at(-1);
      if (last === undefined) continue;
      this.#inWork.set(exchange, (this.#inWork.get(exchange) ?? 0) + items.length);
      this.#turns.delete(exchange);
      this.#turns.set(exchange, last.project);
      return items;
    }
    return [];
  }

  #inTurn(exchanges: readonly string[]): readonly string[] {
    const turns = new Map([...this.#turns.keys()].map((exchange, at) => [exchange, at]));
    const rank = (exchange: string): readonly [number, number] => [
      this.#inWork.get(exchange) ?? 0,
      turns.get(exchange) ?? -1,
    ];
    return exchanges.toSorted((a, b) => {
      const [inWorkA, turnA] = rank(a);
      const [inWorkB, turnB] = rank(b);
      return inWorkA - inWorkB || turnA - turnB;
    });
  }

  /** Reads the list of exchanges if it is older than `goodForMs`. Returns whether the list was read. */
  async #list(goodForMs: number): Promise<boolean> {
    const from = performance.now();
    if (from - this.#listedAt < Math.max(goodForMs, this.#listingMs * LIST_SHARE)) return false;
    this.#exchanges = await this.#options.store.exchangesWithWork(this.#options.kind);
    this.#listedAt = performance.now();
    this.#listingMs = this.#listedAt - from;
    // Exchanges without work are forgotten, because strangers may create any number of them.
    const known = new Set(this.#exchanges);
    for (const exchange of this.#turns.keys()) if (!known.has(exchange)) this.#turns.delete(exchange);
    return true;
  }
}
