import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Binding } from "../../domain/binding.ts";
import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { BindingLedger, KnownBinding } from "../../store/ports/binding-ledger.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";

/** How many bindings are written in one call. An embedded store needs about ten milliseconds for them. */
const SLICE = 500;

/**
 * One worker's access to the ledger of bindings. If the store is away, the worker consumes anyway: the failure is logged,
 * and the ledger is brought up to date later.
 */
export class WorkerLedger {
  /** This worker's name. It is written with each binding, so that no other worker removes a binding that this one wants. */
  readonly worker = `${hostname()}-${randomUUID().slice(0, 8)}`;
  readonly #ledger: BindingLedger;
  readonly #log: Log;

  constructor(ledger: BindingLedger, log: Log) {
    this.#ledger = ledger;
    this.#log = log;
  }

  /** Returns all bindings of a queue that are in the ledger, or null if the store is away. */
  async read(queue: string): Promise<readonly KnownBinding[] | null> {
    // Other work gets a turn before and after: reading from an embedded store, and comparing bindings, block this thread.
    const turns = new EventLoopTurns();
    try {
      await turns.give();
      const known = await this.#ledger.readBindings(queue);
      await turns.give();
      return known;
    } catch (error) {
      this.#away(error);
      return null;
    }
  }

  /** Records that this worker wants these bindings now. @returns false if the store is away. */
  async note(queue: string, bindings: readonly Binding[]): Promise<boolean> {
    const claim = { by: this.worker, at: new Date().toISOString() };
    return this.#inSlices(bindings, (some) => this.#ledger.noteBindings(queue, some, claim));
  }

  /**
   * Records that this worker no longer wants these bindings. They stay in force, and the workers that remain decide whether to remove
   * them.
   */
  async release(queue: string, bindings: readonly Binding[]): Promise<void> {
    await this.#inSlices(bindings, (some) => this.#ledger.releaseBindings(queue, some, this.worker));
  }

  /** Removes bindings from the ledger. If that fails, they are unbound once more later, which brokers allow. */
  async forget(queue: string, bindings: readonly Binding[]): Promise<void> {
    await this.#inSlices(bindings, (some) => this.#ledger.forgetBindings(queue, some));
  }

  /** Writes bindings in slices, because an embedded store writes on this thread. @returns false if the store is away. */
  async #inSlices(
    bindings: readonly Binding[],
    write: (some: readonly Binding[]) => Promise<void>,
  ): Promise<boolean> {
    const turns = new EventLoopTurns();
    try {
      for (let at = 0; at < bindings.length; at += SLICE) {
        await write(bindings.slice(at, at + SLICE));
        await turns.give();
      }
      return true;
    } catch (error) {
      this.#away(error);
      return false;
    }
  }

  #away(error: unknown): void {
    if (!(error instanceof Unavailable)) throw error;
    this.#log.warn("bindings_ledger_away", { error });
  }
}
