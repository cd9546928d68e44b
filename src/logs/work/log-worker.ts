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
import { failWork, finishWork, releaseWork, type WorkEnding, type WorkOutcome } from "./end-work.ts";
import { FairClaims } from "./fair-claims.ts";
import type { HostConduct } from "./host-limits.ts";
import { LogVisits } from "./log-visits.ts";
import type { RetryLimits } from "./retry-delay.ts";
import { startWorkLane } from "./work-lane.ts";

/** Bug suggestions for a `text_log_summary`'s blob. */
export type SuggestForSummary = (summaryBlob: string) => Promise<Suggested>;

export interface LogWorkerOptions {
  readonly store: Pick<
    WorkStore,
    "exchangesWithWork" | "claimWork" | "finishWork" | "failWork" | "releaseWork"
  >;
  readonly readLog: ReadLog;
  readonly suggestBugs: SuggestForSummary;
  /** Logs in work at a time; as many as `readLog` has threads. */
  readonly logsAtOnce: number;
  /** ... of one host, and of one server whatever its names are, so that a slow one leaves room for the others. */
  readonly logsPerHost: number;
  /** Longer than `readLog` may take: leases are not renewed. */
  readonly leaseMs: number;
  readonly retry: RetryLimits;
  /** Called once for each item of work that was claimed. */
  onEnd(end: WorkEnd): void;
  readonly log: Log;
}

/** How one item ended, for counters. */
export interface WorkEnd {
  readonly kind: WorkItem["kind"];
  /** A stranger's word: to be a metric's label it needs a bound on how many there are. `""` for suggestions. */
  readonly host: string;
  readonly outcome: WorkOutcome;
  /** Why nothing was made. */
  readonly failure: ReadingFailure["kind"] | null;
  /** Null where no log was read. */
  readonly figures: ReadingFigures | null;
  readonly suggestMs: number;
  readonly storeMs: number;
}

export interface LogWorker {
  /** A batch stored new work: looks at once. */
  nudge(): void;
  /** Claims no more, gives back what is in work, and resolves when all is stored or given back. */
  stop(): Promise<void>;
}

/** What an item came to, before it is stored. */
type Made =
  | {
      readonly ok: true;
      readonly artifacts: readonly Artifact[];
      readonly figures: ReadingFigures | null;
      readonly suggestMs: number;
    }
  | { readonly ok: false; readonly failure: ReadingFailure; readonly dueAt?: number };

/** A log that was read, or not; `dueAt`: its server was busy, and it is due again then. */
type Read = LogReading & { readonly dueAt?: number };

const idle = { baseMs: 1000, capMs: 10_000 };
// One thread looks them up, one after the other; what is ready while the store is busy is stored together.
const suggestionsAtOnce = 32;

/**
 * Makes the artifacts that messages did not bring: claims pending logs and submitted summaries, reads the ones, looks up
 * bugs for both, and stores what comes of it, until stopped. A log's failure is kept on the log; a store that is away is
 * waited for.
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

  async function claim(kind: WorkItem["kind"], limit: number): Promise<readonly WorkItem[]> {
    const exceptHosts = kind === "log" ? visits.busyHosts(Date.now()) : [];
    const items = await claims[kind].claim(limit, exceptHosts);
    storeAway = false;
    return items;
  }

  function onClaimError(error: unknown): void {
    const away = error instanceof Unavailable;
    if (!away) log.error("work_claim_failed", { error });
    // Told when it goes away, not at each try.
    else if (!storeAway) log.warn("work_waits_for_store", { error });
    storeAway = away;
  }

  /** What went wrong in our own parts while the item was made. */
  function toFailure(item: WorkItem, error: unknown): Made & { ok: false } {
    if (error instanceof ThreadFailure) {
      const { kind, message: detail } = error;
      return { ok: false, failure: { kind, detail, final: isHopeless(kind) && failedAlike(item) } };
    }
    log.error("artifacts_not_made", { item: item.id, error });
    const detail = error instanceof Error ? error.message : String(error);
    // A bug does it again; after its mend the log can be asked for again. What was only away may be back by then.
    return { ok: false, failure: { kind: "internal-error", detail, final: !(error instanceof Unavailable) } };
  }

  async function readLog(url: string): Promise<Read> {
    const visit = visits.start(hostOf(url));
    const admit: AdmitServers = (addresses, port) => visit.admit(addresses, port, Date.now());
    const reading = await options.readLog(url, stop, admit).catch((error: unknown) => {
      visit.end(null, Date.now());
      throw error;
    });
    const dueAt = visit.end(conductOf(reading), Date.now());
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
      const detail = `none of ${item.attempts} attempts came to an end`;
      return { ok: false, failure: { kind: "unfinished", detail, final: true } };
    }
    if (item.kind === "suggestions") return addSuggestions(item.blob, { artifacts: [], figures: null });
    const reading = await readLog(item.url);
    if (!reading.ok) return reading;
    if (reading.warnings.length > 0) {
      log.warn("log_partly_unused", { item: item.id, warnings: reading.warnings });
    }
    const summary = reading.artifacts.find(({ name }) => name === "text_log_summary");
    if (summary === undefined) throw new Error("a log was read, and there is no summary of it");
    return addSuggestions(summary.blob, reading);
  }

  async function end(item: WorkItem, made: Made, until: number): Promise<WorkOutcome> {
    if (made.ok) return finishWork(ending, item, made.artifacts, until);
    // Cut off by the shutdown, whatever it is called.
    if (stop.aborted) return releaseWork(ending, item);
    if (made.dueAt !== undefined) return releaseWork(ending, item, made.dueAt);
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
      // A log that has to wait for its server has not failed.
      failure: made.ok || made.dueAt !== undefined ? null : made.failure.kind,
      figures: made.ok ? made.figures : null,
      suggestMs: made.ok ? made.suggestMs : 0,
      storeMs: performance.now() - from,
    });
  }

  const lanes = [
    startWorkLane({
      slots: options.logsAtOnce,
      // One at a time: what is claimed changes which hosts are busy.
      claim: () => claim("log", 1),
      handle,
      onClaimError,
      idle,
    }),
    startWorkLane({
      slots: suggestionsAtOnce,
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

/** What ended a thread once ends it again: it is in the bytes of the log, or in the lines of the summary. */
const hopeless: readonly ReadingFailure["kind"][] = ["out-of-memory", "stalled", "too-long", "crashed"];

function isHopeless(kind: ReadingFailure["kind"]): boolean {
  return hopeless.includes(kind);
}

/** Did the attempt before this one end a thread, too? */
function failedAlike({ failure }: WorkItem): boolean {
  return hopeless.some((kind) => failure?.startsWith(`${kind}: `));
}

const conducts: Partial<Record<ReadingFailure["kind"], HostConduct>> = {
  network: "unreachable",
  timeout: "unreachable",
  "http-status": "answered",
  "too-large": "answered",
  "too-many-redirects": "answered",
};

/** What a reading says about the host that it ended at; null: nothing. */
function conductOf(reading: LogReading): HostConduct | null {
  return reading.ok ? "answered" : (conducts[reading.failure.kind] ?? null);
}
