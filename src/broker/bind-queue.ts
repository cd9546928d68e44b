import type { Channel, ChannelModel } from "amqplib";
import { Unavailable } from "../domain/faults.ts";
import type { Log } from "../log.ts";
import type { Binding, Store } from "../store/store.ts";
import { exchangeRefusal } from "./broker-trouble.ts";
import type { DegradedExchange } from "./message-source.ts";
import type { Registry } from "./registry.ts";

export interface BindOptions {
  readonly queue: string;
  readonly registry: Registry;
  readonly ledger: Pick<Store, "readBindings" | "writeBindings">;
  /** Remove bindings that left the registry: at the start only, never on a reconnect. */
  readonly prune: boolean;
  /** Also when they are most of those in force. */
  readonly pruneForce: boolean;
  readonly log: Log;
}

/** So few may go without being most of them. */
const ALWAYS_PRUNED = 3;

/**
 * Binds the queue to everything that the registry lists, then removes what left it. An exchange that is missing or
 * refused does not stop the others. The ledger is written before anything is bound and after anything is unbound,
 * so that a crash in between never forgets a binding.
 *
 * @returns the exchanges that could not be bound.
 */
export async function bindQueue(
  connection: ChannelModel,
  channel: Channel,
  options: BindOptions,
): Promise<DegradedExchange[]> {
  const { queue, registry, ledger, log } = options;
  const degraded: DegradedExchange[] = [];
  for (const exchange of registry.exchanges) {
    const reason = await whyNot(connection, exchange);
    if (reason !== null) degraded.push({ exchange, reason });
  }
  const known = await ledger.readBindings(queue).catch(withoutLedger(log, null));
  const wanted = registry.bindings;
  await ledger.writeBindings(queue, union(known ?? [], wanted)).catch(withoutLedger(log, undefined));
  const refused = new Set(degraded.map(({ exchange }) => exchange));
  for (const { exchange, routing_key } of wanted) {
    if (!refused.has(exchange)) await channel.bindQueue(queue, exchange, routing_key);
  }
  if (options.prune && known !== null) await prune(channel, known, options);
  return degraded;
}

async function prune(channel: Channel, known: readonly Binding[], options: BindOptions): Promise<void> {
  const { queue, registry, ledger, log, pruneForce } = options;
  const wanted = new Set(registry.bindings.map(keyOf));
  const left = known.filter((binding) => !wanted.has(keyOf(binding)));
  if (left.length === 0) return;
  if (left.length > ALWAYS_PRUNED && left.length > known.length / 2 && !pruneForce) {
    const hint =
      "is the registry the right one? To remove them all the same, start once with PRUNE_FORCE=true";
    log.warn("prune_refused", { queue, bindings: left.length, of: known.length, hint });
    return;
  }
  for (const { exchange, routing_key } of left) {
    await channel.unbindQueue(queue, exchange, routing_key);
    log.info("unbound", { queue, exchange, routing_key });
  }
  await ledger.writeBindings(queue, registry.bindings).catch(withoutLedger(log, undefined));
}

/** A store that is away must not keep the worker from consuming: the ledger is caught up at the next start. */
function withoutLedger<T>(log: Log, instead: T): (error: unknown) => T {
  return (error) => {
    if (!(error instanceof Unavailable)) throw error;
    log.warn("bindings_ledger_away", { error });
    return instead;
  };
}

/** Null: it exists and may be used. Asked on a channel of its own, since the broker closes it with a "no". */
async function whyNot(connection: ChannelModel, exchange: string): Promise<string | null> {
  const channel = await connection.createChannel();
  // What the broker says comes as the rejection below; an "error" that nobody hears would end the process.
  channel.on("error", () => undefined);
  try {
    await channel.checkExchange(exchange);
    await channel.close();
    return null;
  } catch (error) {
    const reason = exchangeRefusal(error);
    if (reason === null) throw error;
    return reason;
  }
}

function union(a: readonly Binding[], b: readonly Binding[]): Binding[] {
  return [...new Map([...a, ...b].map((binding) => [keyOf(binding), binding])).values()];
}

function keyOf({ exchange, routing_key }: Binding): string {
  return JSON.stringify([exchange, routing_key]);
}
