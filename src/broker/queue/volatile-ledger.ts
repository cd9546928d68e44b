import { type Binding, keyOf } from "../../domain/binding.ts";
import { addClaim, type BindingClaim } from "../../domain/binding-claim.ts";
import type { BindingLedger, KnownBinding } from "../../store/ports/binding-ledger.ts";

/** The ledger of a private queue. It is kept in memory, for one queue at a time, because a private queue ends with its connection. */
export class VolatileLedger implements BindingLedger {
  #queue = "";
  readonly #bindings = new Map<string, KnownBinding>();

  async readBindings(queue: string): Promise<readonly KnownBinding[]> {
    return queue === this.#queue ? [...this.#bindings.values()] : [];
  }

  async noteBindings(queue: string, bindings: readonly Binding[], claim: BindingClaim): Promise<void> {
    if (queue !== this.#queue) this.#bindings.clear();
    this.#queue = queue;
    for (const { exchange, routing_key } of bindings) {
      const key = keyOf({ exchange, routing_key });
      const wanted = addClaim(this.#bindings.get(key)?.wanted ?? [], claim);
      this.#bindings.set(key, { exchange, routing_key, wanted });
    }
  }

  async releaseBindings(_queue: string, bindings: readonly Binding[], worker: string): Promise<void> {
    for (const key of bindings.map(keyOf)) {
      const known = this.#bindings.get(key);
      if (known === undefined) continue;
      this.#bindings.set(key, { ...known, wanted: known.wanted.filter(({ by }) => by !== worker) });
    }
  }

  async forgetBindings(_queue: string, bindings: readonly Binding[]): Promise<void> {
    for (const binding of bindings) this.#bindings.delete(keyOf(binding));
  }
}
