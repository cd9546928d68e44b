import { type Binding, BindingSet } from "../../domain/binding.ts";
import { type BindingClaim, staleUntil } from "../../domain/binding-claim.ts";
import type { KnownBinding } from "../../store/ports/binding-ledger.ts";
import type { ListedExchange } from "../message-source.ts";

/** The changes that make a queue's bindings match the registry. */
export interface BindingPlan {
  /** Bindings that are in the registry but not in the ledger. */
  readonly bind: readonly Binding[];
  readonly unchanged: readonly Binding[];
  /** Bindings that are in force but no longer in the registry, and that no other worker wants. */
  readonly unbind: readonly Binding[];
  /** Bindings that are no longer in this registry, but that other workers with another registry still want; with the claims of these. */
  readonly wantedByOthers: readonly KnownBinding[];
  /** Bindings that this worker claims, but that are no longer in its registry and stay in force. It gives up these claims. */
  readonly release: readonly Binding[];
  /** True if `unbind` must not be carried out, because it contains most of the bindings and the operator has not confirmed that. */
  readonly isRefused: boolean;
}

export interface PlanOptions {
  /** This worker's name in the ledger. Null if all workers will use this registry: other workers' claims are then ignored. */
  readonly worker: string | null;
  readonly nowMs: number;
  /** True to confirm that most of the bindings may be removed. */
  readonly force: boolean;
}

/** Up to this many bindings may always be removed, even if they are most of all bindings. */
const ALWAYS_PRUNED = 3;

/**
 * Compares the registry with the bindings in the ledger. Pure.
 *
 * A binding that another worker wants is kept. Otherwise two workers with different registries on one queue would remove each
 * other's bindings at each start.
 *
 * @param known - the bindings in the ledger before the wanted ones were added.
 * @param wanted - the bindings of the registry.
 */
export function planBindings(
  known: readonly KnownBinding[],
  wanted: readonly Binding[],
  { worker, nowMs, force }: PlanOptions,
): BindingPlan {
  const [isKnown, isWanted] = [new BindingSet(known), new BindingSet(wanted)];
  const stale = staleUntil(nowMs);
  const isOthers = ({ by, at }: BindingClaim): boolean => worker !== null && by !== worker && at > stale;
  const left = known.filter((binding) => !isWanted.has(binding));
  const unbind = left.filter((binding) => !binding.wanted.some(isOthers));
  const wantedByOthers = left
    .map((binding) => ({ ...binding, wanted: binding.wanted.filter(isOthers) }))
    .filter((binding) => binding.wanted.length > 0);
  const isRefused = !force && unbind.length > ALWAYS_PRUNED && unbind.length > known.length / 2;
  const isMine = ({ wanted: claims }: KnownBinding): boolean => claims.some(({ by }) => by === worker);
  return {
    bind: wanted.filter((binding) => !isKnown.has(binding)),
    unchanged: wanted.filter((binding) => isKnown.has(binding)),
    unbind,
    wantedByOthers,
    release: left.filter((binding) => isMine(binding) && (isRefused || binding.wanted.some(isOthers))),
    isRefused,
  };
}

/** Groups bindings by exchange, in the order of the list. */
export function byExchange(bindings: readonly Binding[]): ListedExchange[] {
  const keys = new Map<string, string[]>();
  for (const { exchange, routing_key } of bindings) {
    const known = keys.get(exchange);
    if (known === undefined) keys.set(exchange, [routing_key]);
    else known.push(routing_key);
  }
  return [...keys].map(([exchange, routingKeys]) => ({ exchange, routingKeys }));
}
