/** What the store holds at the end, as far as the law asks for it: the same of either store. */
export interface Documents {
  /** By `_id`, as below. */
  readonly jobs: ReadonlyMap<string, JobFound>;
  readonly resultSets: ReadonlySet<string>;
  /** `_id` of the job to the names of its artifacts, one a document. */
  readonly artifacts: ReadonlyMap<string, readonly string[]>;
  /** To the status. */
  readonly logs: ReadonlyMap<string, string>;
  /** Jobs that went into another. */
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
