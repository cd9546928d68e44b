import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Binding } from "../../domain/binding.ts";
import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { BindingLedger, KnownBinding } from "../../store/ports/binding-ledger.ts";

/**
 * The ledger of bindings, as one worker uses it. A store that is away does not keep the worker from consuming: that is
 * logged, and the ledger is brought up to date later.
 */
export class WorkerLedger {
  /** Written with each note, so that no other worker removes what this one wants. */
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
   * @returns the bindings of the queue that were known before; null if the store is away and nothing was noted.
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

  /** Notes that this worker ends and does not want them any more. They stay bound, and the next worker decides. */
  async release(queue: string, bindings: readonly Binding[]): Promise<void> {
    await this.#write(queue, bindings, null).catch((error: unknown) => this.#away(error));
  }

  /** Notes that they are not bound any more. If that fails, they are removed once more, which a broker allows. */
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
