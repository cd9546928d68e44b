import { type PlanOptions, planBindings } from "../broker/queue/binding-plan.ts";
import type { Binding } from "../domain/binding.ts";
import type { KnownBinding } from "../store/ports/binding-ledger.ts";

/** What a worker would change on its queue with this registry. A part of the output of `check --plan --json`. */
export interface BindingChanges {
  readonly queue: string;
  /** The store that records what is bound now; null: there is no store yet, so nothing has been bound. */
  readonly ledger: string | null;
  readonly bind: readonly Binding[];
  readonly unbind: readonly Binding[];
  readonly unchanged: readonly Binding[];
  /** True if the guard would refuse to unbind, because that is most of what is bound. */
  readonly refused: boolean;
}

/**
 * Compares the registry with the ledger, in which workers record what they bind. Pure; the broker is not asked.
 *
 * @param ledger - the name of the store, and its records about the queue; null: there is no store yet.
 */
export function bindingChanges(
  queue: string,
  wanted: readonly Binding[],
  ledger: { readonly name: string; readonly known: readonly KnownBinding[] } | null,
  options: PlanOptions,
): BindingChanges {
  const { bind, unbind, unchanged, isRefused } = planBindings(ledger?.known ?? [], wanted, options);
  const plain = (bindings: readonly Binding[]) =>
    bindings.map(({ exchange, routing_key }) => ({ exchange, routing_key }));
  return {
    queue,
    ledger: ledger?.name ?? null,
    bind: plain(bind),
    unbind: plain(unbind),
    unchanged: plain(unchanged),
    refused: isRefused,
  };
}
