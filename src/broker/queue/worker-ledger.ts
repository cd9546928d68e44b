import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { type Binding, BindingSet } from "../../domain/binding.ts";
import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { BindingLedger, KnownBinding } from "../../store/ports/binding-ledger.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";

/** How many bindings are written at once: some ten milliseconds in an embedded store. */
const AT_ONCE = 500;

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

  /** Returns the bindings of a queue that any worker has noted; null if the store is away. */
  async read(queue: string): Promise<readonly KnownBinding[] | null> {
    try {
      const known = await this.#ledger.readBindings(queue);
      // Other work gets a turn: reading from an embedded store blocks this thread, and so does comparing the bindings next.
      await new EventLoopTurns().give();
      return known;
    } catch (error) {
      this.#away(error);
      return null;
    }
  }

  /** Notes that this worker wants these bindings, now. @returns false if the store is away. */
  async note(queue: string, bindings: readonly Binding[]): Promise<boolean> {
    return this.#write(queue, bindings, new Date().toISOString());
  }

  /**
   * Notes that this worker ends and does not want them any more. They stay bound, and the next worker decides. What another worker has
   * noted since stays noted as that worker's.
   */
  async release(queue: string, bindings: readonly Binding[]): Promise<void> {
    const known = await this.read(queue);
    if (known === null) return;
    const others = new BindingSet(known.filter(({ wanted_by }) => wanted_by !== this.worker));
    await this.#write(
      queue,
      bindings.filter((binding) => !others.has(binding)),
      null,
    );
  }

  /** Notes that they are not bound any more. If that fails, they are removed once more, which a broker allows. */
  async forget(queue: string, bindings: readonly Binding[]): Promise<void> {
    await this.#inSlices(bindings, (some) => this.#ledger.forgetBindings(queue, some));
  }

  #write(queue: string, bindings: readonly Binding[], wantedAt: string | null): Promise<boolean> {
    const by = { wanted_by: this.worker, wanted_at: wantedAt };
    return this.#inSlices(bindings, (some) =>
      this.#ledger.noteBindings(
        queue,
        some.map((binding) => ({ ...binding, ...by })),
      ),
    );
  }

  /** Writes some bindings at a time, because an embedded store writes on this thread. @returns false if the store is away. */
  async #inSlices(
    bindings: readonly Binding[],
    write: (some: readonly Binding[]) => Promise<void>,
  ): Promise<boolean> {
    const turns = new EventLoopTurns();
    try {
      for (let at = 0; at < bindings.length; at += AT_ONCE) {
        await write(bindings.slice(at, at + AT_ONCE));
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
