import { type Binding, keyOf } from "../../domain/binding.ts";
import type { KnownBinding } from "../../store/ports/binding-ledger.ts";

/** What is to be done so that a queue is bound as the registry says. */
export interface BindingPlan {
  /** In the registry, and not known to be bound. */
  readonly bind: readonly Binding[];
  readonly unchanged: readonly Binding[];
  /** Left the registry. */
  readonly unbind: readonly Binding[];
  /** Left this registry, while a worker that runs with another one wants them still. */
  readonly wantedByOthers: readonly KnownBinding[];
  /** To remove them would remove most of those that are there, and nobody said that this is meant. */
  readonly isRefused: boolean;
}

export interface PlanOptions {
  /** This worker, as the ledger names it; null: what workers want does not count, since all will have this registry. */
  readonly worker: string | null;
  readonly nowMs: number;
  /** Remove also most of them. */
  readonly force: boolean;
}

/** A worker says again each minute what it wants; one that was silent for so long has died. */
const CLAIM_MS = 5 * 60_000;
/** So few may go without being most of them. */
const ALWAYS_PRUNED = 3;

/**
 * Compares the registry with what is known to be bound. Pure.
 *
 * A binding that another worker wants is left alone: two workers with different registries on one queue would else undo
 * each other's bindings, at each start, without end.
 *
 * @param known - the ledger's, before what is wanted now was noted in it.
 * @param wanted - the registry's.
 */
export function planBindings(
  known: readonly KnownBinding[],
  wanted: readonly Binding[],
  { worker, nowMs, force }: PlanOptions,
): BindingPlan {
  const knownKeys = new Set(known.map(keyOf));
  const wantedKeys = new Set(wanted.map(keyOf));
  const left = known.filter((binding) => !wantedKeys.has(keyOf(binding)));
  const isOthers = ({ wanted_by, wanted_at }: KnownBinding): boolean =>
    worker !== null && wanted_by !== worker && wanted_at !== null && nowMs - Date.parse(wanted_at) < CLAIM_MS;
  const unbind = left.filter((binding) => !isOthers(binding));
  return {
    bind: wanted.filter((binding) => !knownKeys.has(keyOf(binding))),
    unchanged: wanted.filter((binding) => knownKeys.has(keyOf(binding))),
    unbind,
    wantedByOthers: left.filter(isOthers),
    isRefused: !force && unbind.length > ALWAYS_PRUNED && unbind.length > known.length / 2,
  };
}

/** Exchange -> its routing keys, in the order of the list. */
export function keysByExchange(bindings: readonly Binding[]): Map<string, string[]> {
  const byExchange = new Map<string, string[]>();
  for (const { exchange, routing_key } of bindings) {
    const keys = byExchange.get(exchange);
    if (keys === undefined) byExchange.set(exchange, [routing_key]);
    else keys.push(routing_key);
  }
  return byExchange;
}
