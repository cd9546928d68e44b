import type { Suggested } from "../../bugs/thread/bug-thread-messages.ts";
import { Unavailable } from "../../domain/faults.ts";
import { describeLogFault } from "../../domain/log-faults.ts";
import type { Artifact } from "../../domain/submission.ts";
import { hostOf } from "../../domain/text/url-host.ts";
import type { Log } from "../../log.ts";
import type { WorkItem, WorkStore } from "../../store/ports/work-store.ts";
import { ThreadFailure } from "../../threads/thread-pool.ts";
import type {
  AdmitServers,
  LogReading,
  ReadingFailure,
  ReadingFigures,
  ReadLog,
} from "../read/log-reading.ts";
import {
  failWork,
  finishWork,
  postponeWork,
  releaseWork,
  type WorkEnding,
  type WorkOutcome,
} from "./end-work.ts";
import { conductOf, failedAlike, isHopeless } from "./failure-kinds.ts";
import { FairClaims } from "./fair-claims.ts";
import { LogVisits } from "./log-visits.ts";
import type { RetryLimits } from "./retry-delay.ts";
import { startWorkLane } from "./work-lane.ts";

/** Returns bug suggestions for the blob of a `text_log_summary`. */
export type SuggestForSummary = (summaryBlob: string) => Promise<Suggested>;

export interface LogWorkerOptions {
  readonly store: Pick<
    WorkStore,
    "exchangesWithWork" | "claimWork" | "finishWork" | "failWork" | "releaseWork"
  >;
  readonly readLog: ReadLog;
  readonly suggestBugs: SuggestForSummary;
  /** The most logs in progress at a time: as many as `readLog` has threads. */
  readonly logsAtOnce: number;
  /**
   * The most logs in progress at a time for one host, and for one server under all its names. It leaves slots for others when a
   * server is slow.
   */
  readonly logsPerHost: number;
  /** The length of a lease. It must be longer than `readLog` can take, because leases are not renewed. */
  readonly leaseMs: number;
  readonly retry: RetryLimits;
  /** Called once for each claimed work item. */
  onEnd(end: WorkEnd): void;
  readonly log: Log;
}

/** How a work item ended, for counters. */
export interface WorkEnd {
  readonly kind: WorkItem["kind"];
  /** The log's host; `""` for suggestions. Strangers choose it, so metrics must limit how many labels they make of it. */
  readonly host: string;
  readonly outcome: WorkOutcome;
  /** Why no artifacts were made; null if they were made, or if the item waits for the log's server or for the store. */
  readonly failure: ReadingFailure["kind"] | null;
  /** Null if no log was read. */
  readonly figures: ReadingFigures | null;
  readonly suggestMs: number;
  readonly storeMs: number;
}

export interface LogWorker {
  /** Looks for work immediately. Called when a batch has stored new work. */
  nudge(): void;
  /** Stops claiming, gives back the items in progress, and resolves when all are stored or given back. */
  stop(): Promise<void>;
}

/** The artifacts made for a work item, or why there are none. */
type Made =
  | {
      readonly ok: true;
      readonly artifacts: readonly Artifact[];
      readonly figures: ReadingFigures | null;
      readonly suggestMs: number;
    }
  | { readonly ok: false; readonly failure: ReadingFailure; readonly dueAt?: number };

/** The result of reading a log. If its server was busy, `dueAt` is when the log is due again, in milliseconds since the Unix epoch. */
type Read = LogReading & { readonly dueAt?: number };

const idle = { baseMs: 1000, capMs: 10_000 };
// One thread looks up bugs for one item after another. Many items are claimed in one call, and those that become ready while the store
// is busy are stored together, because a commit costs as much as the work on several items.
const suggestionsAtOnce = 128;
const suggestionsGatherMs = 200;
// The time without claims after the bugs could not be read. Otherwise, while the store answers claims but not reads of bugs, each log
// would be fetched again and again for nothing.
const bugsAwayMs = 5000;

/**
 * Makes the artifacts that publishers did not send. Until stopped, it claims pending logs and submitted summaries, reads the
 * logs, looks up bugs for both, and stores the artifacts. A failure is stored with the log. While the store is unavailable, the
 * worker waits for it.
 */
export function startLogWorker(options: LogWorkerOptions): LogWorker {
  const { store, leaseMs, log } = options;
  const stopping = new AbortController();
  const { signal: stop } = stopping;
  const visits = new LogVisits(options.logsPerHost);
  const claims = {
    log: new FairClaims({ store, kind: "log", leaseMs }),
    suggestions: new FairClaims({ store, kind: "suggestions", leaseMs }),
  } as const;
  const ending: WorkEnding = { store, retry: options.retry, stop, log };
  let storeAway = false;
  let claimsAgainAt = Number.NEGATIVE_INFINITY;

  async function claim(kind: WorkItem["kind"], limit: number): Promise<readonly WorkItem[]> {
    if (performance.now() < claimsAgainAt) return [];
    const exceptHosts = kind === "log" ? visits.busyHosts(Date.now()) : [];
    const items = await claims[kind].claim(limit, exceptHosts);
    storeAway = false;
    return items;
  }

  function onClaimError(error: unknown): void {
    const away = error instanceof Unavailable;
    if (!away) log.error("work_claim_failed", { error });
    // Logged once when the store becomes unavailable, not at each attempt.
    else if (!storeAway) log.warn("work_waits_for_store", { error });
    storeAway = away;
  }

  /** Returns the failure for an error of our own code or threads. */
  function toFailure(item: WorkItem, error: unknown): Made & { ok: false } {
    if (error instanceof ThreadFailure) {
      const { kind, message: detail } = error;
      return { ok: false, failure: { kind, detail, final: isHopeless(kind) && failedAlike(item) } };
    }
    const detail = error instanceof Error ? error.message : String(error);
    if (error instanceof Unavailable) {
      // The bugs could not be read from the store. That says nothing about the log, so the attempt does not count.
      log.warn("artifacts_wait_for_store", { item: item.id, error });
      claimsAgainAt = performance.now() + bugsAwayMs;
      return { ok: false, failure: { kind: "internal-error", detail, final: false }, dueAt: Date.now() };
    }
    log.error("artifacts_not_made", { item: item.id, error });
    // A bug would fail again. After it is fixed, the log can be reparsed.
    return { ok: false, failure: { kind: "internal-error", detail, final: true } };
  }

  async function readLog(url: string): Promise<Read> {
    const visit = visits.start(hostOf(url));
    const admit: AdmitServers = (addresses, port) => visit.admit(addresses, port, Date.now());
    const reading = await options.readLog(url, stop, admit).catch((error: unknown) => {
      visit.end(null, Date.now());
      throw error;
    });
    const dueAt = visit.end(conductOf(reading), Date.now());
    // A reading fails as busy only if `visit.admit` has admitted no address, and then the visit has a `dueAt`.
    const wasBusy = !reading.ok && reading.failure.kind === "server-busy";
    return wasBusy && dueAt !== null ? { ...reading, dueAt } : reading;
  }

  async function addSuggestions(
    summaryBlob: string,
    rest: Pick<Made & { ok: true }, "artifacts" | "figures">,
  ): Promise<Made> {
    const from = performance.now();
    const suggested = await options.suggestBugs(summaryBlob);
    if (!suggested.ok) {
      const { fault } = suggested;
      return { ok: false, failure: { kind: fault.reason, detail: describeLogFault(fault), final: true } };
    }
    const artifacts = [...rest.artifacts, suggested.artifact];
    return { ok: true, artifacts, figures: rest.figures, suggestMs: performance.now() - from };
  }

  async function make(item: WorkItem): Promise<Made> {
    if (item.attempts >= options.retry.maxAttempts) {
      const detail = `none of ${item.attempts} attempts was completed`;
      return { ok: false, failure: { kind: "unfinished", detail, final: true } };
    }
    if (item.kind === "suggestions") return addSuggestions(item.blob, { artifacts: [], figures: null });
    const reading = await readLog(item.url);
    if (!reading.ok) return reading;
    if (reading.warnings.length > 0) {
      log.warn("log_partly_unused", { item: item.id, warnings: reading.warnings });
    }
    const summary = reading.artifacts.find(({ name }) => name === "text_log_summary");
    if (summary === undefined) throw new Error("a log was read, but it has no summary");
    return addSuggestions(summary.blob, reading);
  }

  async function end(item: WorkItem, made: Made, until: number): Promise<WorkOutcome> {
    if (made.ok) return finishWork(ending, item, made.artifacts, until);
    // During a shutdown, the failure is caused by the shutdown, whatever its kind.
    if (stop.aborted) return releaseWork(ending, item);
    if (made.dueAt !== undefined) return postponeWork(ending, item, made.dueAt, until);
    return failWork(ending, item, made.failure, until);
  }

  async function handle(item: WorkItem): Promise<void> {
    const until = Date.now() + leaseMs;
    const made = await make(item).catch((error: unknown) => toFailure(item, error));
    const from = performance.now();
    const outcome = await end(item, made, until);
    claims[item.kind].end(item);
    options.onEnd({
      kind: item.kind,
      host: item.kind === "log" ? hostOf(item.url) : "",
      outcome,
      // An item that waits has not failed.
      failure: made.ok || made.dueAt !== undefined ? null : made.failure.kind,
      figures: made.ok ? made.figures : null,
      suggestMs: made.ok ? made.suggestMs : 0,
      storeMs: performance.now() - from,
    });
  }

  const lanes = [
    startWorkLane({
      slots: options.logsAtOnce,
      refillAt: options.logsAtOnce - 1,
      gatherMs: 0,
      // Logs are claimed one at a time, because each claim changes which hosts are busy.
      claim: () => claim("log", 1),
      handle,
      onClaimError,
      idle,
    }),
    startWorkLane({
      slots: suggestionsAtOnce,
      refillAt: suggestionsAtOnce / 2,
      gatherMs: suggestionsGatherMs,
      claim: (limit) => claim("suggestions", limit),
      handle,
      onClaimError,
      idle,
    }),
  ];
  return {
    nudge() {
      for (const lane of lanes) lane.nudge();
    },
    async stop() {
      stopping.abort();
      await Promise.all(lanes.map((lane) => lane.stop()));
    },
  };
}
