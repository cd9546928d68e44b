import { Unavailable } from "../domain/faults.ts";
import type { WorkerAnswer } from "../http/observe/ask-worker.ts";
import type { Store } from "../store/ports/store.ts";
import { withDeadline } from "../timing/deadline.ts";
import type { OperateFigures } from "../web/operate/operate-figures.ts";
import { operateView, type StoreFacts } from "./operate-view.ts";

export interface OperateSources {
  readonly store: Pick<
    Store,
    "name" | "countWork" | "countRejections" | "listOnlyCounted" | "listCredentials" | "listBindingWorkers"
  >;
  /** The answers of all workers that were asked. */
  readonly workers: readonly WorkerAnswer[];
  /** The name of the worker that serves these pages, used instead of an address. */
  readonly thisWorker: string;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

const DAY_MS = 86_400_000;
/** How long the page waits for the store before it reports that the store does not answer, in milliseconds. */
const STORE_MS = 3000;
/** How long the count of rejections may take, in milliseconds. Counting many is slow, and must not make the store appear to be away. */
const COUNT_MS = 2000;
/** A worker confirms some of its bindings every minute. A worker that has not done so for this many milliseconds has ended. */
const LEDGER_MS = 5 * 60_000;

const nothing: StoreFacts = {
  ...{ name: null, work: null, rejections: null, onlyCounted: 0, credentials: [], ledgerWorkers: null },
};

/** Reads the operators' figures from the store and combines them with the workers' statuses. A store that does not answer is a problem. */
export async function askOperate({
  store,
  workers,
  thisWorker,
  nowMs,
}: OperateSources): Promise<OperateFigures> {
  const queues = new Set(workers.flatMap(({ status }) => status?.queue.name ?? []));
  const asked = askStore(store, [...queues], nowMs).catch((error: unknown) => {
    if (error instanceof Unavailable) return nothing;
    throw error;
  });
  const facts = await withDeadline(asked, STORE_MS, () => nothing);
  return operateView({ workers, thisWorker, store: facts, at: new Date(nowMs).toISOString() });
}

async function askStore(
  store: OperateSources["store"],
  queues: readonly string[],
  nowMs: number,
): Promise<StoreFacts> {
  const since = new Date(nowMs - DAY_MS).toISOString();
  const confirmed = new Date(nowMs - LEDGER_MS).toISOString();
  const [work, rejections, onlyCounted, credentials, ledgerWorkers] = await Promise.all([
    store.countWork(),
    withDeadline<StoreFacts["rejections"]>(store.countRejections({ since }), COUNT_MS, () => null),
    store.listOnlyCounted({ since }),
    store.listCredentials(),
    Promise.all(queues.map((queue) => store.listBindingWorkers(queue, confirmed))),
  ]);
  return {
    ...{ name: store.name, work, rejections },
    onlyCounted: onlyCounted.reduce((sum, { messages }) => sum + messages, 0),
    // The secret is left out.
    credentials: credentials.map(({ client_id, projects, authorized, last_used_at }) => ({
      ...{ client_id, projects, authorized, last_used_at },
    })),
    ledgerWorkers: queues.length === 0 ? null : new Set(ledgerWorkers.flat()).size,
  };
}
