import { clientIdOf, isClient } from "../domain/origin.ts";
import { canonicalJson } from "../domain/text/canonical-json.ts";
import type { WorkerAnswer } from "../http/observe/ask-worker.ts";
import type { WorkerStatus } from "../http/observe/worker-status.ts";
import type { Credential } from "../store/ports/credential-store.ts";
import type { RejectionCount } from "../store/ports/rejection-reads.ts";
import type { WorkCounts } from "../store/ports/work-store.ts";
import type {
  AnsweredFigures,
  ClientFigures,
  ExchangeFigures,
  OperateFigures,
  ProblemFigures,
  RejectionGroup,
  RetentionFigures,
  StoreFigures,
  WorkerFigures,
} from "../web/operate/operate-figures.ts";
import { adviceOn } from "./problem-advice.ts";
import { problemsOf } from "./status-view.ts";

/** The answers of the store. */
export interface StoreFacts {
  /** Null if the store does not answer. */
  readonly name: string | null;
  readonly work: WorkCounts | null;
  /** Rejections of the last day; null if they could not be counted in time. */
  readonly rejections: readonly RejectionCount[] | null;
  readonly onlyCounted: number;
  readonly credentials: readonly Pick<Credential, "client_id" | "projects" | "authorized" | "last_used_at">[];
  /** How many workers the ledger of bindings names; null if unknown. */
  readonly ledgerWorkers: number | null;
}

export interface OperateFacts {
  /** The answers of all workers that were asked. */
  readonly workers: readonly WorkerAnswer[];
  /** The name of the worker that serves these pages, used instead of an address. */
  readonly thisWorker: string;
  readonly store: StoreFacts;
  readonly at: string;
}

/** Combines the figures that operators see. Pure. They contain no secrets, because the credentials come without them. */
export function operateView({ workers, thisWorker, store, at }: OperateFacts): OperateFigures {
  const statuses = workers.flatMap(({ status }) => status ?? []);
  return {
    at,
    problems: problems(workers, thisWorker, store),
    workers: workers.map(toWorkerFigures),
    exchanges: exchanges(statuses),
    clients: clients(statuses, store),
    retention: retention(workers),
    store: toStoreFigures(store),
  };
}

function problems(
  workers: readonly WorkerAnswer[],
  thisWorker: string,
  { name }: StoreFacts,
): readonly ProblemFigures[] {
  const notAsked = { trouble: null, skipped: "not asked", queue: null, limit: 1, registry_trouble: null };
  const store = {
    name: null,
    trouble: null,
    skipped: "not asked",
    work: null,
    rejections: null,
    archive: null,
  };
  const found = workers.flatMap((worker) =>
    problemsOf({ worker, store, broker: { ...notAsked, exchanges: [] } }).map((text) => ({
      text,
      worker: worker.url === thisWorker ? null : worker.url,
    })),
  );
  const isListed = found.some(({ text }) => text.startsWith("store: "));
  const own =
    name === null && !isListed ? [{ text: "store: it does not answer these pages", worker: null }] : [];
  return [...own, ...found].map((problem) => ({ ...problem, ...adviceOn(problem.text) }));
}

function toWorkerFigures({ url, status, trouble }: WorkerAnswer): WorkerFigures {
  return { name: url ?? "", trouble, figures: status === null ? null : answeredFigures(status) };
}

const outcomes = ["stored", "unchanged", "skipped", "rejected", "failed"] as const;

function answeredFigures(status: WorkerStatus): AnsweredFigures {
  const { version, ready, alive, uptime_seconds, queue, recent, history, jobs, spool } = status;
  return {
    ...{ version, ready, alive, uptime_seconds, broker: brokerWords(status) },
    queue: {
      name: queue.name,
      limit: queue.limit,
      ready: queue.depth?.ready_messages ?? null,
      consumers: queue.depth?.consumers ?? null,
      seconds_to_limit: queue.depth?.seconds_to_limit ?? null,
      history: history.queue_ready,
    },
    rates: outcomes.map((outcome) => ({
      outcome,
      per_second: recent.outcomes_per_second[outcome],
      total: jobs.outcomes[outcome],
      history: history.outcomes_per_second[outcome],
    })),
    rates_seconds: recent.seconds,
    received: jobs.received,
    in_progress: jobs.in_hand,
    arrival_lag: recent.arrival_lag_seconds,
    stored_lag: recent.stored_lag_seconds,
    spool: { jobs: spool.jobs, bytes: spool.bytes, oldest_age_seconds: spool.oldest_age_seconds },
  };
}

function brokerWords({ broker }: WorkerStatus): string {
  const { connected, consuming, unsettled_deliveries: unsettled, prefetch } = broker;
  const state = consuming ? "consuming" : connected ? "connected, not consuming" : "not connected";
  return `${state}, ${unsettled} of ${prefetch} prefetched`;
}

function exchanges(statuses: readonly WorkerStatus[]): readonly ExchangeFigures[] {
  const listed = statuses.flatMap(({ registry }) => registry.exchanges);
  const heard = statuses.flatMap(({ exchanges: its }) => its);
  const listedBy = byName(listed, ({ exchange }) => exchange);
  const heardBy = byName(heard, ({ exchange }) => exchange);
  const degraded = new Map(
    statuses.flatMap(({ registry }) => registry.degraded).map(({ exchange, reason }) => [exchange, reason]),
  );
  return [...new Set([...listedBy.keys(), ...heardBy.keys()])].map((exchange) => ({
    exchange,
    routing_keys: [...new Set((listedBy.get(exchange) ?? []).flatMap((each) => each.routing_keys))],
    trouble: degraded.get(exchange) ?? null,
    ...sumSenders(heardBy.get(exchange) ?? []),
  }));
}

/** Groups figures by name, in one pass, because there may be thousands of names. */
function byName<T>(figures: readonly T[], nameOf: (one: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of figures) {
    const known = found.get(nameOf(one));
    if (known === undefined) found.set(nameOf(one), [one]);
    else known.push(one);
  }
  return found;
}

type SenderStatus = Omit<WorkerStatus["clients"][number], "client_id">;

function sumSenders(
  senders: readonly SenderStatus[],
): Pick<ExchangeFigures, "received" | "rejected" | "last_received_at"> {
  const times = senders.flatMap(({ last_received_at }) => last_received_at ?? []);
  return {
    received: senders.reduce((sum, { received }) => sum + received, 0),
    rejected: senders.reduce((sum, { ended }) => sum + ended.rejected, 0),
    last_received_at: times.toSorted().at(-1) ?? null,
  };
}

function clients(
  statuses: readonly WorkerStatus[],
  { name, credentials }: StoreFacts,
): readonly ClientFigures[] {
  const heard = statuses.flatMap(({ clients: its }) => its);
  const known = new Map(credentials.map((credential) => [credential.client_id, credential]));
  const heardBy = byName(heard, ({ client_id }) => client_id);
  const names = new Set([...known.keys(), ...heardBy.keys()]);
  return [...names].toSorted().map((client_id) => {
    const credential = known.get(client_id);
    const { received, rejected, last_received_at } = sumSenders(heardBy.get(client_id) ?? []);
    const isKnown = statuses.length > 0;
    return {
      client_id,
      // A client without a credential may not write to any project.
      projects: credential === undefined ? [] : credential.projects,
      authorized: credential?.authorized ?? (name === null ? null : false),
      received: isKnown ? received : null,
      rejected: isKnown ? rejected : null,
      last_used_at: [credential?.last_used_at ?? "", last_received_at ?? ""].toSorted().at(-1) || null,
    };
  });
}

function retention(workers: readonly WorkerAnswer[]): RetentionFigures | null {
  const retentions = workers.flatMap(({ url, status }) =>
    status === null ? [] : [{ url, ...status.retention }],
  );
  const [first] = retentions;
  if (first === undefined) return null;
  const removed: Record<string, number> = {};
  for (const [kind, count] of retentions.flatMap((each) => Object.entries(each.removed))) {
    removed[kind] = (removed[kind] ?? 0) + count;
  }
  return {
    kept: first.kept,
    differ: retentions.some(({ kept }) => canonicalJson(kept) !== canonicalJson(first.kept)),
    at_work: retentions.find(({ working }) => working)?.url ?? null,
    last_run_at:
      retentions
        .flatMap(({ last_run_at }) => last_run_at ?? [])
        .toSorted()
        .at(-1) ?? null,
    lag_seconds: Math.max(...retentions.map(({ lag_seconds }) => lag_seconds)),
    removed,
  };
}

function toStoreFigures({ name, work, rejections, onlyCounted, ledgerWorkers }: StoreFacts): StoreFigures {
  return {
    name,
    logs: work?.logs ?? null,
    suggestions: work?.suggestions ?? null,
    rejections: rejections?.map(toGroup) ?? null,
    only_counted: onlyCounted,
    workers: ledgerWorkers,
  };
}

function toGroup({
  exchange: sender,
  reason,
  messages,
  rejections,
  last_seen,
}: RejectionCount): RejectionGroup {
  return {
    exchange: isClient(sender) ? null : sender,
    client_id: isClient(sender) ? clientIdOf(sender) : null,
    ...{ reason, messages, different: rejections, last_seen },
  };
}
