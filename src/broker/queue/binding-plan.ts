import { type Binding, BindingSet } from "../../domain/binding.ts";
import type { KnownBinding } from "../../store/ports/binding-ledger.ts";
import type { ListedExchange } from "../message-source.ts";

/** The changes that bind a queue as the registry says. */
export interface BindingPlan {
  /** They are in the registry and not known to be bound. */
  readonly bind: readonly Binding[];
  readonly unchanged: readonly Binding[];
  /** They are bound and no longer in the registry. */
  readonly unbind: readonly Binding[];
  /** They are no longer in this registry, but another worker with another registry still wants them. */
  readonly wantedByOthers: readonly KnownBinding[];
  /** True if `unbind` is not to be done: it holds most of the bindings, and nobody has confirmed that this is meant. */
  readonly isRefused: boolean;
}

export interface PlanOptions {
  /** This worker's name in the ledger; null if all workers will have this registry, so that their wishes do not count. */
  readonly worker: string | null;
  readonly nowMs: number;
  /** Confirms that most of the bindings may be removed. */
  readonly force: boolean;
}

/** Each worker repeats each of its wishes within five minutes. One that has been silent for this long has died. */
const CLAIM_MS = 10 * 60_000;
/** This many bindings may always be removed, even if they are most of all bindings. */
const ALWAYS_PRUNED = 3;

/**
 * Compares the registry with what is known to be bound. Pure.
 *
 * A binding that another worker wants stays. Otherwise two workers with different registries on one queue would remove
 * each other's bindings at each start.
 *
 * @param known - the bindings of the ledger, from before the wanted ones were noted there.
 * @param wanted - the bindings of the registry.
 */
export function planBindings(
  known: readonly KnownBinding[],
  wanted: readonly Binding[],
  { worker, nowMs, force }: PlanOptions,
): BindingPlan {
  const [isKnown, isWanted] = [new BindingSet(known), new BindingSet(wanted)];
  const left = known.filter((binding) => !isWanted.has(binding));
  const isOthers = ({ wanted_by, wanted_at }: KnownBinding): boolean =>
    worker !== null && wanted_by !== worker && wanted_at !== null && nowMs - Date.parse(wanted_at) < CLAIM_MS;
  const unbind = left.filter((binding) => !isOthers(binding));
  return {
    bind: wanted.filter((binding) => !isKnown.has(binding)),
    unchanged: wanted.filter((binding) => isKnown.has(binding)),
    unbind,
    wantedByOthers: left.filter(isOthers),
    isRefused: !force && unbind.length > ALWAYS_PRUNED && unbind.length > known.length / 2,
  };
}

/** Returns the exchanges of bindings with their routing keys, in the order of the list. */
export function byExchange(bindings: readonly Binding[]): ListedExchange[] {
  const keys = new Map<string, string[]>();
  for (const { exchange, routing_key } of bindings) {
    const known = keys.get(exchange);
    if (known === undefined) keys.set(exchange, [routing_key]);
    else known.push(routing_key);
  }
  return [...keys].map(([exchange, routingKeys]) => ({ exchange, routingKeys }));
}
