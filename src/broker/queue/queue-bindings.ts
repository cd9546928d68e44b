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
  /** Returns the registry in force; called at each pass. */
  readonly registry: () => Registry;
  readonly ledger: BindingLedger;
  /** Whether bindings that left the registry are removed even if they are most of those in force. */
  readonly pruneForce: boolean;
  /** How often bindings are checked, in milliseconds. */
  readonly recheckMs: number;
  readonly log: Log;
}

/** Why a pass is made: the queue was declared, the registry has changed, a check is due, or a pass was not complete. */
type Cause = "attached" | "changed" | "recheck" | "retry";

/** How soon a missing exchange, or a ledger that was away, is tried again. */
const retryBackoff: Backoff = { baseMs: 1000, capMs: 30_000 };

/**
 * Keeps a queue bound to what the registry lists, over all connections of a worker.
 *
 * Each pass writes the ledger first. Then it binds what the registry lists. Then it removes what left the registry, and
 * takes it out of the ledger. In this order a crash never leaves a binding that the ledger does not know, and no message
 * that both registries list is missed. Bindings are removed once for each registry, at the start or after a change, so
 * that a reconnect alone removes nothing.
 *
 * On a new connection everything is bound; after a change of the registry, only what is new. Each minute bindings are
 * checked, which means that they are bound again: the broker does not report that an exchange was deleted and declared
 * again, which removes our bindings, and it cannot be asked whether a binding exists. To bind again what is bound costs the
 * broker almost as much as a new binding, so each check takes only a share of many bindings; see {@link recheckShare}.
 */
export class QueueBindings {
  readonly #options: QueueBindingsOptions;
  readonly #ledger: WorkerLedger;
  readonly #removal: BindingRemoval;
  readonly #degraded = new Map<string, string>();
  #queue: string | null = null;
  /** The registry of the last pass that tried all of its exchanges; null if that is not known. */
  #tried: Registry | null = null;
  /** The registry that is in the ledger. */
  #noted: Registry | null = null;
  /** The place of the exchange at which the next check begins. */
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
   * Binds the queue, and resolves after the first pass, so that consuming may begin. Further passes follow until the
   * connection ends.
   *
   * @param declaredAt - when the queue was declared.
   * @returns whether the ledger knew the queue before that. What another worker has noted since does not count: it may
   *   have started at the same moment.
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
    return known.some(({ wanted_at: at }) => at === null || new Date(at) < declaredAt);
  }

  /** To be called when another registry is in force. It is applied at once, or at the next connection. */
  registryChanged(): void {
    this.#wake.abort();
  }

  state(): {
    /** How many bindings are in force, without those of degraded exchanges. */
    readonly bindings: number;
    readonly degraded: readonly DegradedExchange[];
    /** The exchanges of the registry, degraded ones included. */
    readonly exchanges: readonly ListedExchange[];
    /** How many bindings left the registry and are still there. */
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

  /** To be called when this worker ends. The next worker may then remove the bindings that this one wanted. */
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
        // It is not known how far the pass got, so that the next one has to do everything.
        this.#tried = null;
        // If the connection is lost, everything is bound again on the next one.
        if (!ended.aborted) this.#options.log.warn("bind_failed", { queue, ...sourceTrouble(error) });
      }
    }
  }

  /** Pauses. @returns true if the registry has changed, also if that was during the last pass. */
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
   * Brings the ledger up to date with what this worker wants, and renews the notes of the share.
   *
   * @returns `known`: what the ledger held before; null if nothing has to be removed now, or if the store is away.
   */
  async #note(queue: string, registry: Registry, share: readonly ListedExchange[]) {
    const isSettled = this.#removal.isSettled(registry);
    const known = isSettled ? null : await this.#ledger.read(queue);
    const due = [...newIn(registry, this.#noted), ...bindingsOf(share)];
    const isNoted = (isSettled || known !== null) && (await this.#ledger.note(queue, due));
    if (isNoted) this.#noted = registry;
    // Bindings that other workers want are checked again in a minute.
    return { isDone: isNoted, known: isNoted ? known : null };
  }

  /** Binds what has not been tried yet, the exchanges that are degraded, and the share. */
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
      this.#judged(exchange.exchange, refusal);
      onBound(exchange.routingKeys.length);
    });
    this.#tried = registry;
  }

  /** Notes whether an exchange can be bound, and logs a change. */
  #judged(exchange: string, reason: string | null): void {
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

/** Returns the bindings of a registry that another one does not list. */
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
