import { createHash } from "node:crypto";
import { encodingKey } from "../../domain/declared-encoding.ts";
import type { Delivery } from "../../domain/delivery.ts";
import { Unavailable } from "../../domain/faults.ts";
import type { SuspectLedger } from "../../store/ports/suspect-ledger.ts";
import { type DeliveryInHand, hasEnded } from "../progress/in-hand.ts";
import type { SuspectsNote } from "./suspects-note.ts";

export interface SuspectsOptions {
  readonly ledger: SuspectLedger;
  /** Where entries stand that must leave the ledger, across a time without the store. */
  readonly note: SuspectsNote;
  /** A message that so many workers died of is not tried again; at least 2. */
  readonly maxAttempts: number;
  readonly onBug: (error: unknown) => void;
}

export interface SuspectsWork {
  readonly hold: <T>(work: () => Promise<T>) => Promise<T>;
  /** Judges and stores one delivery, in a batch of its own. */
  readonly handleAlone: (suspect: DeliveryInHand) => Promise<void>;
  /** Ends it without looking at it. */
  readonly setAside: (suspect: DeliveryInHand, attempts: number) => Promise<void>;
}

/**
 * Deliveries that may have killed a worker. Each is entered in a durable ledger before it is even judged, handled
 * alone, and taken out of the ledger however it ends; so what is found there was in work when a worker died.
 *
 * All that come together are entered together, since after a lost connection there may be hundreds, nearly all
 * innocent. That says of a later death only that the culprit was among them. Therefore one that is found entered is
 * entered a second time, under another key, at its own turn: that entry is its own, and only those are counted against
 * it. So its neighbours never end as it does.
 *
 * A worker that ends well died of nothing: it takes its entries out, and where the store is away notes them on its disk,
 * so that the next one there takes them out before it counts anything.
 */
export class Suspects {
  readonly #options: SuspectsOptions;
  /** Entries of this process that are still in the ledger. It lives, so nobody died of those. */
  readonly #ours = new Map<string, number>();
  /** Nobody died of them; the store was away when they were to leave the ledger. */
  readonly #left: Set<string>;

  constructor(options: SuspectsOptions) {
    this.#options = options;
    this.#left = new Set(options.note.found);
  }

  /**
   * Handles them one after the other. Those that have not ended when it returns met an absent store.
   *
   * @throws nothing: a bug in the ledger is told, and they are handled without it.
   */
  async handle(suspects: readonly DeliveryInHand[], work: SuspectsWork): Promise<void> {
    await this.clearLeft(work);
    // The store is away.
    if (this.#left.size > 0) return;
    const ended: string[] = [];
    try {
      const hashes = suspects.map(({ delivery }) => suspectHash(delivery));
      const deaths = await this.#enter(hashes, work);
      for (const [index, suspect] of suspects.entries()) {
        const hash = hashes[index] ?? "";
        if ((deaths[index] ?? 0) > 0) await this.#handleByItself(suspect, hash, work);
        else await work.handleAlone(suspect);
        if (!hasEnded(suspect)) break;
        // Together at the end: a death before that only makes those be entered by themselves the next time.
        ended.push(hash);
        // The store has gone away: what the next one did would be counted against this one, too.
        if (this.#left.size > 0) break;
      }
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
    await this.#clear(ended, work);
  }

  /** Takes out those that were to leave while the store was away. To be called when it is back. */
  async clearLeft(work: Pick<SuspectsWork, "hold">): Promise<void> {
    if (this.#left.size === 0) return;
    const left = [...this.#left];
    this.#left.clear();
    await this.#clear(left, work);
    if (this.#left.size === 0) this.#options.note.keep([]);
  }

  /** Takes out all that this worker has entered, or has it taken out by the next one. To be called at its end. */
  async leave(work: Pick<SuspectsWork, "hold">): Promise<void> {
    for (const hash of this.#ours.keys()) this.#left.add(hash);
    await this.clearLeft(work);
    if (this.#left.size > 0) this.#options.note.keep([...this.#left]);
  }

  async #handleByItself(suspect: DeliveryInHand, hash: string, work: SuspectsWork): Promise<void> {
    const own = `${hash}-alone`;
    const [deaths = 0] = await this.#enter([own], work);
    // The death for which it is entered by itself counts too.
    if (deaths + 1 >= this.#options.maxAttempts) await work.setAside(suspect, deaths + 1);
    else await work.handleAlone(suspect);
    // At once, so that the death of another one behind it is never counted against it.
    if (hasEnded(suspect)) await this.#clear([own], work);
  }

  /** Gives for each how many workers died since it was entered first. */
  async #enter(hashes: readonly string[], { hold }: SuspectsWork): Promise<number[]> {
    const enterOne = (hash: string): Promise<number> => {
      // Counted at each try: the reply may have been lost after the entry was made.
      this.#ours.set(hash, (this.#ours.get(hash) ?? 0) + 1);
      return this.#options.ledger.enterSuspect(hash);
    };
    try {
      const counts = await hold(() => Promise.all(hashes.map(enterOne)));
      return hashes.map((hash, index) => Math.max(0, (counts[index] ?? 0) - (this.#ours.get(hash) ?? 0)));
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      this.#options.onBug(error);
      return hashes.map(() => 0);
    }
  }

  async #clear(hashes: readonly string[], { hold }: Pick<SuspectsWork, "hold">): Promise<void> {
    if (hashes.length === 0) return;
    try {
      await hold(() => Promise.all(hashes.map((hash) => this.#options.ledger.clearSuspect(hash))));
      for (const hash of hashes) this.#ours.delete(hash);
    } catch (error) {
      // They have ended all the same. What stays in the ledger only makes the same message be entered alone.
      if (!(error instanceof Unavailable)) this.#options.onBug(error);
      else for (const hash of hashes) this.#left.add(hash);
    }
  }
}

/** The same for each redelivery of a message: of exchange, routing key, body and how the body is encoded. */
export function suspectHash({ exchange, routingKey, body, oversize, properties }: Delivery): string {
  const hash = createHash("sha256");
  for (const part of [exchange, routingKey, ...encodingKey(properties)]) {
    hash.update(`${part.length}:${part}`);
  }
  return hash.update(oversize?.sha256 ?? body).digest("hex");
}
