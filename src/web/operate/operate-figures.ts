/** The figures that operators see of the workers and of the store. Times are in ISO 8601, UTC. */
export interface OperateFigures {
  /** The time of the figures. */
  readonly at: string;
  readonly problems: readonly ProblemFigures[];
  /** The figures of each worker are its own, since its start. */
  readonly workers: readonly WorkerFigures[];
  /** Summed over the workers that answered. */
  readonly exchanges: readonly ExchangeFigures[];
  /** The REST clients: their credentials from the store, their jobs summed over the workers that answered. */
  readonly clients: readonly ClientFigures[];
  /** Summed over the workers that answered; null if none did. */
  readonly retention: RetentionFigures | null;
  /** The figures of the store, for all workers. */
  readonly store: StoreFigures;
}

export interface ProblemFigures {
  /** A description of the problem. It begins with the part that causes it. */
  readonly text: string;
  /** The address of the worker that has the problem; null if the worker of these pages, or the store, reports it. */
  readonly worker: string | null;
  /** A sentence that says what to do about the problem. */
  readonly advice: string;
  /** The section of docs/faults.md that explains it. */
  readonly section: string;
}

export interface WorkerFigures {
  /** Its address; "this worker" for the one that serves these pages. */
  readonly name: string;
  /** The reason why the worker did not answer; null if it answered. */
  readonly trouble: string | null;
  /** The worker's figures; null if it did not answer. */
  readonly figures: AnsweredFigures | null;
}

export interface AnsweredFigures {
  readonly version: string;
  readonly ready: boolean;
  readonly alive: boolean;
  readonly uptime_seconds: number;
  readonly broker: string;
  readonly queue: {
    readonly name: string | null;
    /** The number of ready messages; null if it is not known. */
    readonly ready: number | null;
    readonly limit: number;
    readonly consumers: number | null;
    /** The time until the queue is full; null if it is not growing, or if that is not known. */
    readonly seconds_to_limit: number | null;
    readonly history: readonly (number | null)[];
  };
  readonly rates: readonly RateFigures[];
  /** The length of the period that {@link RateFigures.per_second} covers. */
  readonly rates_seconds: number;
  readonly received: number;
  readonly in_progress: number;
  /** The time from the event that a message reports to its arrival; null if nothing was measured. */
  readonly arrival_lag: LagFigures | null;
  readonly stored_lag: LagFigures | null;
  readonly spool: { readonly jobs: number; readonly bytes: number; readonly oldest_age_seconds: number };
}

export interface RateFigures {
  readonly outcome: string;
  readonly per_second: number;
  /** The number of jobs since the start. */
  readonly total: number;
  readonly history: readonly number[];
}

/** A lag, in seconds: its mean, and the value that 95 of 100 measurements do not exceed. */
export interface LagFigures {
  readonly mean: number;
  readonly p95: number;
}

export interface ExchangeFigures {
  readonly exchange: string;
  readonly routing_keys: readonly string[];
  /** The reason why the exchange could not be bound; null if there is no problem. */
  readonly trouble: string | null;
  readonly received: number;
  readonly rejected: number;
  readonly last_received_at: string | null;
}

export interface ClientFigures {
  readonly client_id: string;
  /** Patterns of projects; null for all projects. Also empty while `authorized` is not known. */
  readonly projects: readonly string[] | null;
  /** False if the client has been revoked or is no longer known; null while the store does not answer. */
  readonly authorized: boolean | null;
  /** The number of jobs received since the start of the workers; null if no worker answered. */
  readonly received: number | null;
  /** The number of these that were rejected; null if no worker answered. */
  readonly rejected: number | null;
  readonly last_used_at: string | null;
}

/** The days for which workers keep data, and how much old data they have removed. 0 days means for ever, except for the archive. */
export interface RetentionFigures {
  readonly kept: KeptDays;
  /** Whether workers have different settings. Those of the first one are shown. */
  readonly differ: boolean;
  /** The worker that is removing old data now; null if none is. */
  readonly at_work: string | null;
  /** When a worker last removed all old data, in ISO 8601; null if none has done so yet. */
  readonly last_run_at: string | null;
  /** The delay of the removal: how long ago the jobs that are being removed now became too old. */
  readonly lag_seconds: number;
  /** Numbers since the start of the workers, by kind of data. */
  readonly removed: Readonly<Record<string, number>>;
}

export interface KeptDays {
  /** Days for completed jobs. Other jobs are kept twice as long. */
  readonly jobs: number;
  /** Days for jobs of some projects, by names and patterns of projects. */
  readonly projects: Readonly<Record<string, number>>;
  readonly rejections: number;
  /** 0 if nothing is added to the archive. */
  readonly archive: number;
}

export interface StoreFigures {
  /** The kind of store; null if it does not answer. */
  readonly name: string | null;
  readonly logs: { readonly pending: number; readonly failed: number } | null;
  readonly suggestions: { readonly pending: number; readonly failed: number } | null;
  /** Rejections of the last day, most messages first; null if they could not be counted in time. */
  readonly rejections: readonly RejectionGroup[] | null;
  /** Rejections of the last day that were only counted, because a quota was full. */
  readonly only_counted: number;
  /** The number of workers in the ledger of bindings; null if it is not known. */
  readonly workers: number | null;
}

/** Rejections of one sender for one reason. */
export interface RejectionGroup {
  /** The exchange; null for a client. */
  readonly exchange: string | null;
  readonly client_id: string | null;
  readonly reason: string;
  readonly messages: number;
  readonly different: number;
  readonly last_seen: string;
}
