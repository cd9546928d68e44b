import type { Binding } from "../../domain/binding.ts";
import { keyOf } from "../../domain/binding.ts";
import type { BindingLedger, KnownBinding } from "../../store/ports/binding-ledger.ts";

/** The ledger of a private queue. It is kept in memory, for one queue at a time, because a private queue ends with its connection. */
export class VolatileLedger implements BindingLedger {
  #queue = "";
  readonly #bindings = new Map<string, KnownBinding>();

  async readBindings(queue: string): Promise<readonly KnownBinding[]> {
    return queue === this.#queue ? [...this.#bindings.values()] : [];
  }

  async noteBindings(queue: string, bindings: readonly KnownBinding[]): Promise<void> {
    if (queue !== this.#queue) this.#bindings.clear();
    this.#queue = queue;
    for (const binding of bindings) this.#bindings.set(keyOf(binding), binding);
  }

  async forgetBindings(_queue: string, bindings: readonly Binding[]): Promise<void> {
    for (const binding of bindings) this.#bindings.delete(keyOf(binding));
  }
}
