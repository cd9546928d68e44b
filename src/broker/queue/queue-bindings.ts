import type { ChannelModel } from "amqplib";
import type { Registry } from "../../config/registry.ts";
import type { Binding } from "../../domain/binding.ts";
import type { Log } from "../../log.ts";
import type { BindingLedger, KnownBinding } from "../../store/ports/binding-ledger.ts";
import { type Backoff, fullJitterMs } from "../../timing/backoff.ts";
import { pause } from "../../timing/pause.ts";
import { sourceTrouble } from "../connection/source-trouble.ts";
import type { DegradedExchange, ListedExchange } from "../message-source.ts";
import { bindExchange, unbindExchange } from "./bind-exchange.ts";
import { keysByExchange, planBindings } from "./binding-plan.ts";
import { WorkerLedger } from "./worker-ledger.ts";

export interface QueueBindingsOptions {
  /** Returns the registry in force; called at each pass. */
  readonly registry: () => Registry;
  readonly ledger: BindingLedger;
  /** Whether bindings that left the registry are removed even if they are most of those in force. */
  readonly pruneForce: boolean;
  /** How often everything is bound again, in milliseconds. */
  readonly recheckMs: number;
  readonly log: Log;
}

/** Why a pass is made: the queue was declared, the registry has changed, a minute is over, or a pass was not complete. */
type Cause = "attached" | "changed" | "recheck" | "retry";

/** How soon a missing exchange, or a ledger that was away, is tried again. */
const retryBackoff: Backoff = { baseMs: 1000, capMs: 30_000 };
/** How many exchanges are bound at the same time. */
const AT_ONCE = 16;

/**
 * Keeps a queue bound to what the registry lists, over all connections of a worker.
 *
 * Each pass writes the ledger first. Then it binds what the registry lists. Then it removes what left the registry, and
 * takes it out of the ledger. In this order a crash never leaves a binding that the ledger does not know, and no message
 * that both registries list is missed. Bindings are removed once for each registry, at the start or after a change, so
 * that a reconnect alone removes nothing.
 *
 * Everything is bound again each minute: the broker does not report that an exchange was deleted and declared again,
 * which removes our bindings.
 */
export class QueueBindings {
  readonly #options: QueueBindingsOptions;
  readonly #ledger: WorkerLedger;
  readonly #degraded = new Map<string, string>();
  #queue: string | null = null;
  /** The registry that is in the ledger, and whose removals are done, or refused because they are too many. */
  #settled: Registry | null = null;
  #left = 0;
  #toldOfOthers: Registry | null = null;
  #wake = new AbortController();

  constructor(options: QueueBindingsOptions) {
    this.#options = options;
    this.#ledger = new WorkerLedger(options.ledger, options.log);
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
      this.#settled = null;
    }
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
    const { bindings } = this.#options.registry();
    const isBound = ({ exchange }: Binding): boolean => !this.#degraded.has(exchange);
    return {
      bindings: this.#queue === null ? 0 : bindings.filter(isBound).length,
      degraded: [...this.#degraded].map(([exchange, reason]) => ({ exchange, reason })),
      exchanges: [...keysByExchange(bindings)].map(([exchange, routingKeys]) => ({ exchange, routingKeys })),
      left: this.#left,
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
      if (cause !== "retry") recheckAtMs = performance.now() + recheckMs;
      try {
        ({ isDone } = await this.#pass(connection, queue, cause));
      } catch (error) {
        isDone = false;
        // It is not known how far the pass got, so that the next one has to do everything.
        recheckAtMs = 0;
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

  async #pass(
    connection: ChannelModel,
    queue: string,
    cause: Cause,
  ): Promise<{ isDone: boolean; known: readonly KnownBinding[] }> {
    const { registry: inForce } = this.#options;
    const registry = inForce();
    const asksLedger = registry !== this.#settled || cause === "recheck";
    const known = asksLedger ? await this.#ledger.note(queue, registry.bindings) : null;
    await this.#bindAll(connection, queue, registry, cause);
    if (known !== null && registry !== this.#settled) {
      await this.#prune(connection, queue, registry, known, cause);
    }
    // Bindings that other workers want are checked again in a minute.
    const isLedgerDone = !asksLedger || known !== null;
    return { isDone: isLedgerDone && this.#degraded.size === 0, known: known ?? [] };
  }

  async #bindAll(connection: ChannelModel, queue: string, registry: Registry, cause: Cause): Promise<void> {
    const all = [...keysByExchange(registry.bindings)];
    const tried = cause === "retry" ? all.filter(([exchange]) => this.#degraded.has(exchange)) : all;
    for (let at = 0; at < tried.length; at += AT_ONCE) {
      const some = tried.slice(at, at + AT_ONCE).map(async ([exchange, routingKeys]) => {
        this.#judged(exchange, await bindExchange(connection, queue, exchange, routingKeys));
      });
      await Promise.all(some);
    }
    for (const exchange of this.#degraded.keys()) {
      if (!registry.exchanges.includes(exchange)) this.#degraded.delete(exchange);
    }
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

  async #prune(
    connection: ChannelModel,
    queue: string,
    registry: Registry,
    known: readonly KnownBinding[],
    cause: Cause,
  ): Promise<void> {
    const { log, pruneForce: force } = this.#options;
    const { worker } = this.#ledger;
    const plan = planBindings(known, registry.bindings, { worker, nowMs: Date.now(), force });
    for (const [exchange, routing_keys] of keysByExchange(plan.bind)) {
      if (!this.#degraded.has(exchange)) log.info("bound", { queue, exchange, routing_keys });
    }
    this.#left = plan.unbind.length + plan.wantedByOthers.length;
    if (plan.isRefused) {
      const hint =
        "is the registry the right one? To remove them all the same, start once with PRUNE_FORCE=true";
      log.warn("prune_refused", { queue, bindings: plan.unbind.length, of: known.length, hint });
      this.#settled = registry;
      return;
    }
    for (const [exchange, routing_keys] of keysByExchange(plan.unbind)) {
      const reason = await unbindExchange(connection, queue, exchange, routing_keys);
      if (reason !== null) {
        log.warn("unbind_refused", { queue, exchange, routing_keys, reason });
        continue;
      }
      this.#left -= routing_keys.length;
      log.info("unbound", { queue, exchange, routing_keys });
      const gone = routing_keys.map((routing_key) => ({ exchange, routing_key }));
      await this.#ledger.forget(queue, gone);
    }
    if (plan.wantedByOthers.length === 0) this.#settled = registry;
    else if (cause === "recheck") this.#tellOfOthers(queue, registry, plan.wantedByOthers);
  }

  /** Warns once for each registry, and only if it lasts: workers that restart one after the other differ for a moment. */
  #tellOfOthers(queue: string, registry: Registry, bindings: readonly KnownBinding[]): void {
    if (this.#toldOfOthers === registry) return;
    this.#toldOfOthers = registry;
    const workers = [...new Set(bindings.map(({ wanted_by }) => wanted_by))];
    const hint = "workers on one queue should have one registry; what the others list stays bound meanwhile";
    this.#options.log.warn("registries_differ", { queue, bindings: bindings.length, workers, hint });
  }
}
