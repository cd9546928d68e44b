/** The part of the store's contents that the law refers to, in the same form for both stores. */
export interface Documents {
  /** Jobs, keyed by `_id`; the maps below have the same kind of key. */
  readonly jobs: ReadonlyMap<string, JobFound>;
  readonly resultSets: ReadonlySet<string>;
  /** The names of a job's artifacts, keyed by the job's `_id`; once for each document. */
  readonly artifacts: ReadonlyMap<string, readonly string[]>;
  /** The status of each log. */
  readonly logs: ReadonlyMap<string, string>;
  /** Jobs that were coalesced into another one. */
  readonly coalesced: ReadonlySet<string>;
  readonly rejections: readonly RejectionFound[];
  /** Bug suggestions that are still to be made. */
  readonly suggestions: number;
  /** Deliveries that are still suspected to kill workers. */
  readonly suspects: number;
}

export interface JobFound {
  readonly guid: string;
  readonly state: string;
  readonly result: string | null;
  readonly who: string;
  readonly result_set: string;
  readonly version: number;
  readonly transitions: readonly { readonly state: string }[];
}

export interface RejectionFound {
  readonly reason: string;
  readonly sha256: string;
  readonly count: number;
}
