import type { ChannelModel } from "amqplib";
import type { Registry } from "../../config/registry.ts";
import type { Binding } from "../../domain/binding.ts";
import type { Log } from "../../log.ts";
import type { BindingLedger } from "../../store/ports/binding-ledger.ts";
import { type Backoff, fullJitterMs } from "../../timing/backoff.ts";
import { pause } from "../../timing/pause.ts";
import { sourceTrouble } from "../connection/source-trouble.ts";
import type { DegradedExchange, ListedExchange } from "../message-source.ts";
import { bindExchanges } from "./bind-exchanges.ts";
import { byExchange } from "./binding-plan.ts";
import { BindingRemoval } from "./binding-removal.ts";
import { logProgress } from "./log-progress.ts";
import { recheckShare } from "./recheck-share.ts";
import { WorkerLedger } from "./worker-ledger.ts";

export interface QueueBindingsOptions {
  /** Returns the registry in force. Called at each pass. */
  readonly registry: () => Registry;
  readonly ledger: BindingLedger;
  /** Whether bindings that are no longer in the registry are removed even if they are most of the bindings in force. */
  readonly pruneForce: boolean;
  /** How often bindings are checked, in milliseconds. */
  readonly recheckMs: number;
  readonly log: Log;
}

/** Why a pass is made: the queue was declared, the registry has changed, a check is due, or the last pass was incomplete. */
type Cause = "attached" | "changed" | "recheck" | "retry";

/** The pauses after which a missing exchange, or a ledger that was away, is tried again. */
const retryBackoff: Backoff = { baseMs: 1000, capMs: 30_000 };

/**
 * Keeps the bindings of a queue equal to those in the registry, over all connections of a worker.
 *
 * Each pass first writes the ledger, then makes the bindings that the registry lists, and finally removes the bindings that it
 * no longer lists, also from the ledger. This order ensures that a crash never leaves a binding that is not in the ledger, and
 * that no message is missed that both the old and the new registry ask for. Bindings are removed once per registry, at the
 * start or after a change, so a reconnect alone removes nothing.
 *
 * On a new connection all bindings are made; after a change of the registry, only the new ones. Each minute, bindings are
 * checked by making them again. This is necessary because deleting an exchange removes our bindings, the broker does not report
 * that an exchange was deleted and declared again, and it cannot be asked whether a binding exists. Repeating a binding costs
 * the broker almost as much as a new one, so if there are many, each check repeats only some of them; see {@link recheckShare}.
 */
export class QueueBindings {
  readonly #options: QueueBindingsOptions;
  readonly #ledger: WorkerLedger;
  readonly #removal: BindingRemoval;
  readonly #degraded = new Map<string, string>();
  #queue: string | null = null;
  /** The registry of the last pass that tried all of its exchanges, or null if there is no such pass. */
  #tried: Registry | null = null;
  /** The registry whose bindings are in the ledger. */
  #noted: Registry | null = null;
  /** The index of the exchange at which the next check begins. */
  #recheckFrom = 0;
  #listed: { readonly of: Registry | null; readonly exchanges: readonly ListedExchange[] } = {
    of: null,
    exchanges: [],
  };
  #wake = new AbortController();

  constructor(options: QueueBindingsOptions) {
    this.#options = options;
    this.#ledger = new WorkerLedger(options.ledger, options.log);
    this.#removal = new BindingRemoval({ ...options, ledger: this.#ledger });
  }

  /**
   * Binds the queue, and resolves after the first pass, so that consuming can start. Further passes follow until the
   * connection ends.
   *
   * @param declaredAt - when the queue was declared.
   * @returns whether the ledger contained bindings of the queue before that time. Later entries are ignored, because another
   *   worker may have started at the same time.
   */
  async attach(connection: ChannelModel, queue: string, declaredAt: Date): Promise<boolean> {
    const ended = new AbortController();
    connection.once("close", () => ended.abort());
    if (queue !== this.#queue) {
      this.#queue = queue;
      this.#noted = null;
      this.#removal.begin();
    }
    this.#tried = null;
    const { isDone, known } = await this.#pass(connection, queue, "attached");
    void this.#keep(connection, queue, isDone, ended.signal);
    const since = declaredAt.toISOString();
    return known.some(({ wanted }) => wanted.length === 0 || wanted.some(({ at }) => at < since));
  }

  /** Applies a new registry, immediately or on the next connection. Call it when the registry in force has changed. */
  registryChanged(): void {
    this.#wake.abort();
  }

  state(): {
    /** The number of bindings in force, without those of degraded exchanges. */
    readonly bindings: number;
    readonly degraded: readonly DegradedExchange[];
    /** All exchanges in the registry, including degraded ones. */
    readonly exchanges: readonly ListedExchange[];
    /** The number of bindings that are no longer in the registry but still in force. */
    readonly left: number;
  } {
    const registry = this.#options.registry();
    const exchanges = this.#exchangesOf(registry);
    const unbound =
      this.#degraded.size === 0 ? [] : exchanges.filter(({ exchange }) => this.#degraded.has(exchange));
    return {
      bindings: this.#queue === null ? 0 : registry.bindings.length - countKeys(unbound),
      degraded: [...this.#degraded].map(([exchange, reason]) => ({ exchange, reason })),
      exchanges,
      left: this.#removal.left,
    };
  }

  /** Gives up this worker's claims, so that the next worker may remove the bindings. Call it when this worker ends. */
  async release(): Promise<void> {
    if (this.#queue === null) return;
    await this.#ledger.release(this.#queue, this.#options.registry().bindings);
  }

  async #keep(connection: ChannelModel, queue: string, done: boolean, ended: AbortSignal): Promise<void> {
    const { recheckMs } = this.#options;
    let isDone = done;
    let failures = 0;
    let recheckAtMs = performance.now() + recheckMs;
    while (!ended.aborted) {
      failures = isDone ? 0 : failures + 1;
      const untilRecheckMs = Math.max(0, recheckAtMs - performance.now());
      const delayMs = isDone ? untilRecheckMs : fullJitterMs(failures - 1, retryBackoff);
      const isChanged = await this.#pause(delayMs, ended);
      if (ended.aborted) return;
      // Retries must not delay the check of everything else.
      const isDue = performance.now() >= recheckAtMs;
      const cause = isChanged ? "changed" : isDue ? "recheck" : "retry";
      if (cause === "recheck") recheckAtMs = performance.now() + recheckMs;
      try {
        ({ isDone } = await this.#pass(connection, queue, cause));
      } catch (error) {
        isDone = false;
        // It is not known how far the pass got, so the next one has to repeat everything.
        this.#tried = null;
        // If the connection is lost, everything is bound again on the next one.
        if (!ended.aborted) this.#options.log.warn("bind_failed", { queue, ...sourceTrouble(error) });
      }
    }
  }

  /** Pauses. @returns true if the registry has changed since the last pause, including during the last pass. */
  async #pause(delayMs: number, ended: AbortSignal): Promise<boolean> {
    await pause(delayMs, AbortSignal.any([ended, this.#wake.signal]));
    if (!this.#wake.signal.aborted) return false;
    this.#wake = new AbortController();
    return true;
  }

  async #pass(connection: ChannelModel, queue: string, cause: Cause) {
    const registry = this.#options.registry();
    const share = cause === "recheck" ? this.#nextShare(registry) : [];
    const noted = await this.#note(queue, registry, share);
    await this.#bind(connection, queue, registry, share);
    if (noted.known !== null) {
      const isLasting = cause === "recheck";
      const isDegraded = (exchange: string): boolean => this.#degraded.has(exchange);
      await this.#removal.apply(connection, queue, registry, { known: noted.known, isLasting, isDegraded });
    }
    return { isDone: noted.isDone && this.#degraded.size === 0, known: noted.known ?? [] };
  }

  #nextShare(registry: Registry): readonly ListedExchange[] {
    const { exchanges, next } = recheckShare(this.#exchangesOf(registry), this.#recheckFrom);
    this.#recheckFrom = next;
    return exchanges;
  }

  /**
   * Writes to the ledger the bindings that are new, and renews this worker's claims to the bindings of the share.
   *
   * @returns `known`: the bindings in the ledger before that; null if nothing has to be removed now, or if the store is away.
   */
  async #note(queue: string, registry: Registry, share: readonly ListedExchange[]) {
    const isSettled = this.#removal.isSettled(registry);
    const known = isSettled ? null : await this.#ledger.read(queue);
    const due = [...newIn(registry, this.#noted), ...bindingsOf(share)];
    const isNoted = (isSettled || known !== null) && (await this.#ledger.note(queue, due));
    if (isNoted) this.#noted = registry;
    // Bindings that other workers want do not make a pass incomplete: the next check looks at them again.
    return { isDone: isNoted, known: isNoted ? known : null };
  }

  /** Makes the bindings that have not been tried yet, those of degraded exchanges, and those of the share. */
  async #bind(
    connection: ChannelModel,
    queue: string,
    registry: Registry,
    share: readonly ListedExchange[],
  ): Promise<void> {
    for (const exchange of this.#degraded.keys()) {
      if (!registry.lists(exchange)) this.#degraded.delete(exchange);
    }
    const news = byExchange(newIn(registry, this.#tried));
    const whole = this.#exchangesOf(registry).filter(({ exchange }) => this.#degraded.has(exchange));
    const chosen = new Map([...news, ...share, ...whole].map((each) => [each.exchange, each]));
    const { log } = this.#options;
    const onBound = logProgress("binding", { queue, of: countKeys([...chosen.values()]) }, log);
    await bindExchanges(connection, queue, [...chosen.values()], (exchange, refusal) => {
      this.#noteRefusal(exchange.exchange, refusal);
      onBound(exchange.routingKeys.length);
    });
    this.#tried = registry;
  }

  /** Records whether an exchange could be bound, and logs a change. */
  #noteRefusal(exchange: string, reason: string | null): void {
    const { log } = this.#options;
    const before = this.#degraded.get(exchange) ?? null;
    if (reason === null) this.#degraded.delete(exchange);
    else this.#degraded.set(exchange, reason);
    if (reason === before) return;
    if (reason === null) log.info("exchange_bound", { exchange });
    else log.warn("exchange_degraded", { exchange, reason });
  }

  #exchangesOf(registry: Registry): readonly ListedExchange[] {
    if (this.#listed.of !== registry) {
      this.#listed = { of: registry, exchanges: byExchange(registry.bindings) };
    }
    return this.#listed.exchanges;
  }
}

/** Returns the bindings of a registry that the one before it does not list. */
function newIn(registry: Registry, before: Registry | null): readonly Binding[] {
  if (registry === before) return [];
  return before === null ? registry.bindings : registry.bindings.filter((binding) => !before.binds(binding));
}

function countKeys(exchanges: readonly ListedExchange[]): number {
  return exchanges.reduce((sum, { routingKeys }) => sum + routingKeys.length, 0);
}

function bindingsOf(exchanges: readonly ListedExchange[]): Binding[] {
  return exchanges.flatMap(({ exchange, routingKeys }) =>
    routingKeys.map((routing_key) => ({ exchange, routing_key })),
  );
}
