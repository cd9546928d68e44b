import { counted } from "../../domain/text/counted.ts";
import { duration } from "../../domain/text/duration.ts";
import { printable } from "../../domain/text/printable.ts";
import { utcTime } from "../../domain/text/utc-time.ts";
import type { WorkerStatus } from "../../http/observe/worker-status.ts";
import { type ExchangeView, exchangesOf, type StatusView } from "../../queries/status-view.ts";
import type { ArchiveTotals } from "../../store/ports/archive-store.ts";
import type { RejectionCount } from "../../store/ports/rejection-reads.ts";
import { columns } from "./columns.ts";
import { retentionText } from "./retention-text.ts";

type Row = [label: string, text: string];

const MAX_EXCHANGES = 12;
const MAX_KEYS = 4;
const MAX_REASONS = 6;

/** Renders the status as one screen of plain text: problems with their reasons first, then the figures. Pure. */
export function renderStatus(view: StatusView): string {
  const { problems, worker } = view;
  const head =
    problems.length === 0 ? "All is well.\n" : problems.map((text) => `! ${printable(text)}\n`).join("");
  const rows: Row[] = [
    ["worker", workerText(worker)],
    ["broker", brokerText(view)],
    ...exchangeRows(exchangesOf(view), worker.status?.registry.generation ?? null),
    ["queue", queueText(view)],
    ...(worker.status === null ? [] : flowRows(worker.status)),
    ...storeRows(view),
  ];
  return `${head}\n${columns(rows)}`;
}

function workerText({ url, status }: StatusView["worker"]): string {
  if (status === null) return `${url ?? "address unknown"}: NO answer`;
  const state = `${status.ready ? "ready" : "NOT ready"}, ${status.alive ? "alive" : "STUCK"}`;
  return `${url}: ${state}, up for ${duration(status.uptime_seconds)}, version ${status.version}`;
}

function brokerText({ worker: { status }, broker }: StatusView): string {
  const here = askedText(broker);
  if (status === null) return here;
  const { connected, consuming, lost_seconds, reconnects, queues_lost } = status.broker;
  const { unsettled_deliveries, oldest_unsettled_seconds, stranded_deliveries, prefetch } = status.broker;
  const lost = lost_seconds === null ? "" : ` for ${duration(lost_seconds)}`;
  const state = consuming
    ? "connected, consuming"
    : `${connected ? "connected, NOT consuming" : "NOT connected"}${lost}`;
  const stranded =
    stranded_deliveries === 0 ? "" : ` (${stranded_deliveries} in progress from a lost connection)`;
  const oldest =
    oldest_unsettled_seconds < 1 ? "" : ` (the oldest for ${duration(oldest_unsettled_seconds)})`;
  const used = `${unsettled_deliveries} of ${prefetch} prefetched${oldest}${stranded}`;
  const gone = queues_lost === 0 ? "" : `, ${counted(queues_lost, "queue")} LOST`;
  return `${state}, ${used}, ${counted(reconnects, "reconnect")}${gone}; ${here}`;
}

function exchangeRows(exchanges: readonly ExchangeView[], generation: number | null): Row[] {
  const bad = exchanges.filter(({ trouble }) => trouble !== null);
  const bindings = exchanges.reduce((sum, { routing_keys }) => sum + routing_keys.length, 0);
  const listed = `${counted(exchanges.length, "exchange")}, ${counted(bindings, "binding")}`;
  const title = `${listed}${bad.length > 0 ? `, ${bad.length} degraded` : ""}${generation === null ? "" : `, generation ${generation}`}`;
  const first = [...bad, ...exchanges.filter(({ trouble }) => trouble === null)];
  const left = first.length - MAX_EXCHANGES;
  return [
    ["registry", exchanges.length === 0 ? "no exchanges known" : title],
    ...first.slice(0, MAX_EXCHANGES).map((exchange): Row => ["", exchangeText(exchange)]),
    ...(left > 0 ? [["", `and ${left} more; --json lists all`] satisfies Row] : []),
  ];
}

function exchangeText({ exchange, routing_keys, trouble }: ExchangeView): string {
  const more = routing_keys.length - MAX_KEYS;
  const keys = [...routing_keys.slice(0, MAX_KEYS), ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
  return `${exchange}: ${trouble === null ? "" : "DEGRADED, "}${keys}`;
}

function queueText({ worker: { status }, broker }: StatusView): string {
  const seen = broker.queue;
  const depth = status?.queue.depth ?? null;
  const name = seen?.name ?? status?.queue.name ?? "unknown";
  const ready = seen?.ready_messages ?? depth?.ready_messages ?? null;
  if (ready === null) return `${name}: ${seen?.trouble ?? "its depth is unknown"}`;
  const limit = status?.queue.limit ?? broker.limit;
  const share = `${ready} of ${limit} messages (${Math.floor((100 * ready) / limit)} %)`;
  const consumers = counted(seen?.consumers ?? depth?.consumers ?? 0, "consumer");
  return [`${name}: ${share}`, consumers, ...(depth === null ? [] : [growthText(depth)])].join(", ");
}

function growthText(depth: NonNullable<WorkerStatus["queue"]["depth"]>): string {
  if (depth.seconds_to_limit === null) return "not growing";
  return `growing by ${depth.growth_per_second}/s, full in ${duration(depth.seconds_to_limit)}`;
}

function flowRows({ jobs, recent, spool, retention }: WorkerStatus): Row[] {
  const rates = Object.entries(recent.outcomes_per_second).map(([outcome, rate]) => `${outcome} ${rate}/s`);
  const totals = Object.entries(jobs.outcomes).map(([outcome, count]) => `${outcome} ${count}`);
  const kept = spool.jobs === 0 ? "empty" : spoolText(spool);
  return [
    ["rates", `${rates.join(", ")} (last ${duration(recent.seconds)})`],
    ["since start", `received ${jobs.received}: ${totals.join(", ")}, in progress ${jobs.in_hand}`],
    [
      "lag",
      `event to arrival ${lagText(recent.arrival_lag_seconds)}; arrival to outcome ${lagText(recent.stored_lag_seconds)}`,
    ],
    ["retention", retentionText(retention)],
    ["spool", spool.trouble === null ? kept : `${kept}; ${spool.trouble}`],
  ];
}

function spoolText({ jobs, bytes, oldest_age_seconds }: WorkerStatus["spool"]): string {
  return `${counted(jobs, "job message")}, ${mebibytes(bytes)} MiB, the oldest for ${duration(oldest_age_seconds)}`;
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}

function lagText(lag: WorkerStatus["recent"]["stored_lag_seconds"]): string {
  return lag === null ? "not measured" : `mean ${duration(lag.mean)}, p95 ${duration(lag.p95)}`;
}

function storeRows({ worker: { status }, store }: StatusView): Row[] {
  const name = store.name ?? status?.store.name ?? "unknown";
  const reached = status?.store.trouble === null ? "the worker reaches it" : "the worker does NOT reach it";
  const worker = status === null ? "" : `${reached}; `;
  const work = store.work ?? status?.open_work ?? null;
  return [
    ["store", `${name}: ${worker}${askedText(store)}`],
    ["logs", work === null ? "unknown" : `${work.logs.pending} pending, ${work.logs.failed} failed for good`],
    [
      "suggestions",
      work === null
        ? "unknown"
        : `${work.suggestions.pending} pending, ${work.suggestions.failed} failed for good`,
    ],
    ["rejections", store.rejections === null ? "unknown" : `${rejectionsText(store.rejections)} (last day)`],
    ["archive", store.archive === null ? "unknown" : archiveText(store.archive)],
  ];
}

function archiveText({ segments, messages, bytes, raw_bytes, oldest, newest }: ArchiveTotals): string {
  if (oldest === null || newest === null) return "empty";
  const size = `${mebibytes(bytes)} MiB (${mebibytes(raw_bytes)} before compression)`;
  const held = `${counted(messages, "message")} in ${counted(segments, "segment")}`;
  return `${held}, ${size}, from ${utcTime(oldest)} to ${utcTime(newest)}`;
}

/** Returns whether the store or the broker answers this command. */
function askedText({ skipped, trouble }: StatusView["store"] | StatusView["broker"]): string {
  if (skipped !== null) return `not asked from here: ${skipped}`;
  return `asked from here: ${trouble === null ? "it answers" : "NO answer"}`;
}

/** Returns the number of rejected messages by reason, the largest first. */
function rejectionsText(counts: readonly RejectionCount[]): string {
  const byReason = new Map<string, number>();
  for (const { reason, messages } of counts) byReason.set(reason, (byReason.get(reason) ?? 0) + messages);
  const sorted = [...byReason].toSorted(([, a], [, b]) => b - a);
  if (sorted.length === 0) return "none";
  const more = sorted.length > MAX_REASONS ? ", ..." : "";
  return `${sorted
    .slice(0, MAX_REASONS)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(", ")}${more}`;
}
