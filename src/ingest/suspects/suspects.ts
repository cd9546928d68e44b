import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { SuspectLedger } from "../../store/ports/suspect-ledger.ts";
import type { PatientStore } from "../progress/patient-store.ts";
import type { SuspectsNote } from "./suspects-note.ts";

/**
 * This worker's entries in the ledger of suspects: messages that may have killed a worker. Each suspect is entered in that durable
 * ledger before it is even judged, then handled alone, and finally removed from the ledger, whatever its outcome. So if a worker
 * finds an existing entry, another worker died while it handled that message.
 *
 * Suspects that arrive together are entered together, because after a lost connection there may be hundreds, and nearly all are
 * innocent. An entry that is found then only shows that the culprit was among them. Therefore, when it is the turn of a suspect
 * whose entry was found, it is entered a second time under another key (`enterByItself`). Only these second entries count against a
 * suspect, so innocent suspects are never rejected together with the culprit.
 *
 * A worker that ends normally removes its entries. If the store is away at that time, it notes them on its disk, so that the next
 * worker there removes them before it counts any deaths.
 *
 * Each method has a parameter for the ledger, because callers differ in how long they wait for the store. A bug in the ledger is
 * logged, and the suspects are handled as if no worker had died.
 */
export class Suspects {
  readonly #note: SuspectsNote;
  readonly #log: Log;
  /** How often this process has made each entry that is still in the ledger. No worker died of those, because this process is alive. */
  readonly #ours = new Map<string, number>();
  /** Entries that could not be removed because the store was away. */
  readonly #left: Set<string>;

  constructor(note: SuspectsNote, log: Log) {
    this.#note = note;
    this.#log = log;
    this.#left = new Set(note.found);
  }

  /**
   * Enters suspects together. Returns for each the number of workers that have died since it was first entered, or null if the store is
   * away.
   */
  async enter(
    keys: readonly string[],
    ledger: PatientStore<SuspectLedger>,
  ): Promise<readonly number[] | null> {
    try {
      const counts = await ledger.ask((store) => {
        // Each attempt is counted, because the entry may have been made although the reply was lost.
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
   * Enters one suspect by itself. Returns the number of workers that died of it, including the death because of which it is entered by
   * itself, or null if the store is away.
   */
  async enterByItself(key: string, ledger: PatientStore<SuspectLedger>): Promise<number | null> {
    const deaths = await this.enter([ownKey(key)], ledger);
    return deaths === null ? null : (deaths[0] ?? 0) + 1;
  }

  /** Removes the entry that `enterByItself` made. */
  async clearByItself(key: string, ledger: PatientStore<SuspectLedger>): Promise<void> {
    await this.clear([ownKey(key)], ledger);
  }

  /** Removes suspects that have ended. If the store is away, `clearLeft` removes them later. */
  async clear(keys: readonly string[], ledger: PatientStore<SuspectLedger>): Promise<void> {
    if (keys.length === 0) return;
    try {
      await ledger.ask((store) => store.clearSuspects(keys));
      for (const key of keys) this.#ours.delete(key);
    } catch (error) {
      // The suspects have ended. The only effect of a remaining entry is that the same message is handled alone the next time.
      if (error instanceof Unavailable) for (const key of keys) this.#left.add(key);
      else this.#reportBug(error);
    }
  }

  /**
   * Removes the entries that could not be removed while the store was away. Returns whether all of them are removed. While some are
   * not, no suspect may be handled, because a death would be counted against those entries.
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

  /** Whether there are entries that could not be removed because the store was away. */
  get hasLeft(): boolean {
    return this.#left.size > 0;
  }

  /** Removes all entries of this worker, or notes them for the next one. Call it when the worker ends. */
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
