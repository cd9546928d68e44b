import type { ChannelModel } from "amqplib";
import type { Registry } from "../../config/registry.ts";
import { type Binding, BindingSet } from "../../domain/binding.ts";
import type { Log } from "../../log.ts";
import type { KnownBinding } from "../../store/ports/binding-ledger.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";
import type { ListedExchange } from "../message-source.ts";
import { unbindExchanges } from "./bind-exchanges.ts";
import { type BindingPlan, byExchange, planBindings } from "./binding-plan.ts";
import { logProgress } from "./log-progress.ts";
import type { WorkerLedger } from "./worker-ledger.ts";

export interface BindingRemovalOptions {
  readonly ledger: WorkerLedger;
  /** Whether bindings may be removed even if they are most of the bindings in force. */
  readonly pruneForce: boolean;
  readonly log: Log;
}

/** The facts on which the removal of bindings is based. */
interface Known {
  /** The contents of the ledger before the registry's bindings were added. */
  readonly known: readonly KnownBinding[];
  /** Whether the registry has been in force for some time. */
  readonly isLasting: boolean;
  readonly isDegraded: (exchange: string) => boolean;
}

/** Removes a queue's bindings that are no longer in the registry, once per registry and only if no other worker wants them. */
export class BindingRemoval {
  readonly #options: BindingRemovalOptions;
  /** The registry whose removals are done, or refused because they are most of the bindings. */
  #settled: Registry | null = null;
  #left = 0;
  #warnedFor: Registry | null = null;

  constructor(options: BindingRemovalOptions) {
    this.#options = options;
  }

  /** The number of bindings that are no longer in the registry but still in force. */
  get left(): number {
    return this.#left;
  }

  /** Starts again with another queue. */
  begin(): void {
    this.#settled = null;
  }

  isSettled(registry: Registry): boolean {
    return registry === this.#settled;
  }

  /** Logs bindings that are new, and removes those that the registry no longer lists. */
  async apply(connection: ChannelModel, queue: string, registry: Registry, known: Known): Promise<void> {
    const { log, pruneForce: force, ledger } = this.#options;
    const plan = this.#plan(known.known, registry, force);
    const bound = byExchange(plan.bind).filter(({ exchange }) => !known.isDegraded(exchange));
    await logEach(bound, ({ exchange, routingKeys: routing_keys }) =>
      log.info("bound", { queue, exchange, routing_keys }),
    );
    this.#left = plan.unbind.length + plan.wantedByOthers.length;
    await ledger.release(queue, plan.release);
    if (plan.isRefused) {
      const hint =
        "check that this is the right registry. To remove these bindings anyway, start the worker once with PRUNE_FORCE=true";
      log.warn("prune_refused", { queue, bindings: plan.unbind.length, of: known.known.length, hint });
      this.#settled = registry;
      return;
    }
    const unbind = await this.#stillUnwanted(queue, registry, plan.unbind);
    await this.#unbind(connection, queue, byExchange(unbind));
    const others = plan.wantedByOthers;
    if (others.length === 0 && unbind.length === plan.unbind.length) this.#settled = registry;
    else if (known.isLasting && others.length > 0) this.#warnOfOthers(queue, registry, others);
  }

  #plan(known: readonly KnownBinding[], { bindings }: Registry, force: boolean): BindingPlan {
    const { worker } = this.#options.ledger;
    return planBindings(known, bindings, { worker, nowMs: Date.now(), force });
  }

  /**
   * Returns the bindings that no other worker has claimed since the plan was made. Making bindings takes long if there are many, and
   * another worker may have started in the meantime. If the store is away, no binding is removed.
   */
  async #stillUnwanted(
    queue: string,
    registry: Registry,
    unbind: readonly Binding[],
  ): Promise<readonly Binding[]> {
    if (unbind.length === 0) return [];
    const known = (await this.#options.ledger.read(queue)) ?? [];
    const unwanted = new BindingSet(this.#plan(known, registry, true).unbind);
    return unbind.filter((binding) => unwanted.has(binding));
  }

  async #unbind(
    connection: ChannelModel,
    queue: string,
    exchanges: readonly ListedExchange[],
  ): Promise<void> {
    const { log, ledger } = this.#options;
    const unbound: ListedExchange[] = [];
    const of = exchanges.reduce((sum, { routingKeys }) => sum + routingKeys.length, 0);
    const onUnbound = logProgress("unbinding", { queue, of }, log);
    await unbindExchanges(connection, queue, exchanges, (each, reason) => {
      const about = { queue, exchange: each.exchange, routing_keys: each.routingKeys };
      if (reason === null) unbound.push(each);
      else log.warn("unbind_refused", { ...about, reason });
      onUnbound(each.routingKeys.length);
    });
    await logEach(unbound, ({ exchange, routingKeys: routing_keys }) => {
      this.#left -= routing_keys.length;
      log.info("unbound", { queue, exchange, routing_keys });
    });
    const gone = unbound.flatMap(({ exchange, routingKeys }) =>
      routingKeys.map((routing_key) => ({ exchange, routing_key })),
    );
    await ledger.forget(queue, gone);
  }

  /** Warns once per registry, and only if the difference lasts: workers that restart one after the other differ for a short time. */
  #warnOfOthers(queue: string, registry: Registry, bindings: readonly KnownBinding[]): void {
    if (this.#warnedFor === registry) return;
    this.#warnedFor = registry;
    const workers = [...new Set(bindings.flatMap(({ wanted }) => wanted.map(({ by }) => by)))];
    const hint =
      "give all workers on this queue the same registry; bindings that only the others list are kept until then";
    this.#options.log.warn("registries_differ", { queue, bindings: bindings.length, workers, hint });
  }
}

/** Logs a line for each exchange. There may be thousands, so other work gets its turn in between. */
async function logEach(
  exchanges: readonly ListedExchange[],
  logOne: (exchange: ListedExchange) => void,
): Promise<void> {
  const turns = new EventLoopTurns();
  for (const exchange of exchanges) {
    logOne(exchange);
    await turns.giveIfDue();
  }
}
