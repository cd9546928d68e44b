import { planBindings } from "../broker/binding-plan.ts";
import { durableQueueName } from "../broker/declare-queue.ts";
import type { Registry } from "../broker/registry.ts";
import { brokerUrl } from "../read-settings.ts";
import type { Settings } from "../settings.ts";
import type { Binding, KnownBinding } from "../store/store.ts";
import { columns } from "./columns.ts";
import { isStoreThere, withStoreOf } from "./with-store.ts";

/** What a worker would do to its queue with this registry. */
export interface PlanView {
  readonly queue: string;
  /** Where what is bound now is known from; null: there is no store yet, so nothing has been bound. */
  readonly ledger: string | null;
  readonly bind: readonly Binding[];
  readonly unbind: readonly Binding[];
  readonly unchanged: readonly Binding[];
  /** The guard would keep what is to be unbound: that is most of what is bound. */
  readonly refused: boolean;
}

/** Compares the registry with the ledger, in which workers note what they bind; the broker is not asked. */
export async function planOf(settings: Settings, registry: Registry): Promise<PlanView> {
  const queue = durableQueueName(await brokerUrl(settings), settings.QUEUE_NAME);
  const { ledger, known } = await readLedger(settings, queue);
  const options = { worker: null, nowMs: Date.now(), force: settings.PRUNE_FORCE };
  const { bind, unbind, unchanged, isRefused } = planBindings(known, registry.bindings, options);
  const plain = (bindings: readonly Binding[]) =>
    bindings.map(({ exchange, routing_key }) => ({ exchange, routing_key }));
  return {
    queue,
    ledger,
    bind: plain(bind),
    unbind: plain(unbind),
    unchanged: plain(unchanged),
    refused: isRefused,
  };
}

async function readLedger(
  settings: Settings,
  queue: string,
): Promise<{ readonly ledger: string | null; readonly known: readonly KnownBinding[] }> {
  if (!(await isStoreThere(settings))) return { ledger: null, known: [] };
  return withStoreOf(settings, async (store) => ({
    ledger: store.name,
    known: await store.readBindings(queue),
  }));
}

/** The plan for people: a line for each change, and the sums. Pure. */
export function renderPlan({ queue, ledger, bind, unbind, unchanged, refused }: PlanView): string {
  const known =
    ledger === null
      ? "there is no store yet, so no worker has bound anything"
      : `as workers have noted in ${ledger}; the broker is not asked`;
  const rows = [
    ...bind.map(({ exchange, routing_key }) => ["+ bind", exchange, routing_key]),
    ...unbind.map(({ exchange, routing_key }) => ["- unbind", exchange, routing_key]),
  ];
  const guard = refused
    ? "refused: a worker would not unbind so many of them at once; is it the right registry? If so, start one with PRUNE_FORCE=true\n"
    : "";
  return (
    `${queue}: ${known}\n\n${rows.length === 0 ? "" : `${columns(rows)}\n`}` +
    `to bind ${bind.length}, to unbind ${unbind.length}, unchanged ${unchanged.length}\n${guard}`
  );
}
