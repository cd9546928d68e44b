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
  /** Each worker that was asked. */
  readonly workers: readonly WorkerAnswer[];
  /** The name that stands for the worker of these pages. */
  readonly thisWorker: string;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

const DAY_MS = 86_400_000;
/** How long an operator waits for the store before the page says that it does not answer. */
const STORE_MS = 3000;
/** Counting many rejections is slow. It must not make the store look as if it did not answer. */
const COUNT_MS = 2000;
/** A worker confirms some of its bindings every minute. One that has not done so for this long has ended. */
const LEDGER_MS = 5 * 60_000;

const nothing: StoreFacts = {
  ...{ name: null, work: null, rejections: null, onlyCounted: 0, credentials: [], ledgerWorkers: null },
};

/** Asks the store what operators see, and puts it together with what the workers say. A store that does not answer is one of the problems. */
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
    // The secret stays behind.
    credentials: credentials.map(({ client_id, projects, authorized, last_used_at }) => ({
      ...{ client_id, projects, authorized, last_used_at },
    })),
    ledgerWorkers: queues.length === 0 ? null : new Set(ledgerWorkers.flat()).size,
  };
}
