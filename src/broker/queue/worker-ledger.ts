import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Binding } from "../../domain/binding.ts";
import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { BindingLedger, KnownBinding } from "../../store/ports/binding-ledger.ts";

/**
 * The ledger of bindings as one worker writes in it. A store that is away must not keep the worker from consuming: that is
 * told in the log, and the ledger is caught up later.
 */
export class WorkerLedger {
  /** Told with each note, so that no other worker removes what this one wants. */
  readonly worker = `${hostname()}-${randomUUID().slice(0, 8)}`;
  readonly #ledger: BindingLedger;
  readonly #log: Log;

  constructor(ledger: BindingLedger, log: Log) {
    this.#ledger = ledger;
    this.#log = log;
  }

  /**
   * Notes that this worker wants these bindings, now.
   *
   * @returns what was known of the queue before; null: the store is away, and nothing is noted.
   */
  async note(queue: string, bindings: readonly Binding[]): Promise<readonly KnownBinding[] | null> {
    try {
      const known = await this.#ledger.readBindings(queue);
      await this.#write(queue, bindings, new Date().toISOString());
      return known;
    } catch (error) {
      this.#away(error);
      return null;
    }
  }

  /** Notes that this worker wants them no more, since it ends: they are bound still, and the next one decides. */
  async release(queue: string, bindings: readonly Binding[]): Promise<void> {
    await this.#write(queue, bindings, null).catch((error: unknown) => this.#away(error));
  }

  /** They are bound no more. Should that not be noted, they are removed once more, which a broker allows. */
  async forget(queue: string, bindings: readonly Binding[]): Promise<void> {
    await this.#ledger.forgetBindings(queue, bindings).catch((error: unknown) => this.#away(error));
  }

  async #write(queue: string, bindings: readonly Binding[], wantedAt: string | null): Promise<void> {
    const by = { wanted_by: this.worker, wanted_at: wantedAt };
    await this.#ledger.noteBindings(
      queue,
      bindings.map((binding) => ({ ...binding, ...by })),
    );
  }

  #away(error: unknown): void {
    if (!(error instanceof Unavailable)) throw error;
    this.#log.warn("bindings_ledger_away", { error });
  }
}
