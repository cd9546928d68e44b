import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { SuspectLedger } from "../../store/ports/suspect-ledger.ts";
import type { PatientStore } from "../progress/patient-store.ts";
import type { SuspectsNote } from "./suspects-note.ts";

/**
 * The entries of this worker in the ledger of suspects: messages that may have killed a worker. Each is entered in that durable
 * ledger before it is even judged, handled alone, and taken out of the ledger however it ends. So if a worker
 * finds an existing entry, another worker died while it handled that message.
 *
 * Suspects that come together are entered together, because after a lost connection there may be hundreds, and nearly all are
 * innocent. A death then only shows that the culprit was among them. Therefore a suspect whose entry is found is entered a
 * second time, under another key, when its turn comes (`enterByItself`). Only those entries count against it, so its neighbours
 * never end as it does.
 *
 * A worker that ends normally takes its entries out. If the store is away then, it notes them on its disk, so that the next
 * worker there takes them out before it counts anything.
 *
 * Each method takes the ledger to use, because callers differ in how long they wait for the store. A bug in the ledger is
 * logged, and the suspects are handled as if nobody had died.
 */
export class Suspects {
  readonly #note: SuspectsNote;
  readonly #log: Log;
  /** How often this process has made each entry that is still in the ledger. It lives, so no worker died of those. */
  readonly #ours = new Map<string, number>();
  /** Entries that were to be taken out while the store was away. */
  readonly #left: Set<string>;

  constructor(note: SuspectsNote, log: Log) {
    this.#note = note;
    this.#log = log;
    this.#left = new Set(note.found);
  }

  /**
   * Enters suspects together. Returns for each how many workers died since it was first entered; null if the store is away.
   */
  async enter(
    keys: readonly string[],
    ledger: PatientStore<SuspectLedger>,
  ): Promise<readonly number[] | null> {
    try {
      const counts = await ledger.ask((store) => {
        // Counted at each attempt, because the reply may be lost after the entry was made.
        for (const key of keys) this.#ours.set(key, (this.#ours.get(key) ?? 0) + 1);
        return store.enterSuspects(keys);
      });
      return keys.map((key, index) => Math.max(0, (counts[index] ?? 0) - (this.#ours.get(key) ?? 0)));
    } catch (error) {
      if (error instanceof Unavailable) return null;
      this.#reportBug(error);
      return keys.map(() => 0);
    }
  }

  /**
   * Enters one suspect by itself. Returns how many workers died of it, the death included for which it is entered by itself;
   * null if the store is away.
   */
  async enterByItself(key: string, ledger: PatientStore<SuspectLedger>): Promise<number | null> {
    const deaths = await this.enter([ownKey(key)], ledger);
    return deaths === null ? null : (deaths[0] ?? 0) + 1;
  }

  /** Takes out what `enterByItself` entered. */
  async clearByItself(key: string, ledger: PatientStore<SuspectLedger>): Promise<void> {
    await this.clear([ownKey(key)], ledger);
  }

  /** Takes suspects out that have ended. If the store is away, `clearLeft` does it later. */
  async clear(keys: readonly string[], ledger: PatientStore<SuspectLedger>): Promise<void> {
    if (keys.length === 0) return;
    try {
      await ledger.ask((store) => store.clearSuspects(keys));
      for (const key of keys) this.#ours.delete(key);
    } catch (error) {
      // The suspects have ended. An entry that stays only makes the same message be handled alone the next time.
      if (error instanceof Unavailable) for (const key of keys) this.#left.add(key);
      else this.#reportBug(error);
    }
  }

  /**
   * Takes out the entries that had to stay while the store was away. Returns whether all of them are out. While some are not, no
   * suspect may be handled: its death would be counted against those entries.
   */
  async clearLeft(ledger: PatientStore<SuspectLedger>): Promise<boolean> {
    if (this.#left.size === 0) return true;
    const left = [...this.#left];
    this.#left.clear();
    await this.clear(left, ledger);
    if (this.#left.size > 0) return false;
    this.#note.keep([]);
    return true;
  }

  /** Whether entries had to stay because the store went away. */
  get hasLeft(): boolean {
    return this.#left.size > 0;
  }

  /** Takes out all entries of this worker, or notes them for the next one. Call it when the worker ends. */
  async leave(ledger: PatientStore<SuspectLedger>): Promise<void> {
    for (const key of this.#ours.keys()) this.#left.add(key);
    if (!(await this.clearLeft(ledger))) this.#note.keep([...this.#left]);
  }

  #reportBug(error: unknown): void {
    this.#log.error("bug", { what: "ledger of suspects", error });
  }
}

function ownKey(key: string): string {
  return `${key}-alone`;
}
