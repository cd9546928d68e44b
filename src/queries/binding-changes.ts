import { type PlanOptions, planBindings } from "../broker/queue/binding-plan.ts";
import type { Binding } from "../domain/binding.ts";
import type { KnownBinding } from "../store/ports/binding-ledger.ts";

/** The changes that a worker would make to its queue's bindings with this registry. Part of the output of `check --plan --json`. */
export interface BindingChanges {
  readonly queue: string;
  /** The name of the store that records what is bound now; null if there is no store yet, so that nothing has been bound. */
  readonly ledger: string | null;
  readonly bind: readonly Binding[];
  readonly unbind: readonly Binding[];
  readonly unchanged: readonly Binding[];
  /** Whether the guard would refuse to unbind, because most of the bindings would be removed. */
  readonly refused: boolean;
}

/**
 * Compares the registry with the ledger, in which workers record what they bind. Pure; the broker is not asked.
 *
 * @param ledger - the name of the store, and its records about the queue; null if there is no store yet.
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
