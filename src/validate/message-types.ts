// Made from schemas/pulse-job.yml by `npm run generate`: change it there.

/**
 * Name of the repository.
 */
export type Project = string;

/**
 * One job of a continuous integration system, in one of its states.
 */
export interface PulseJob {
  /**
   * Unique id of the job, by convention the task's id, a slash, and the number of the run.
   */
  taskId: string;
  /**
   * Number of the retry; checked, and not used.
   */
  retryId?: number;
  /**
   * The job was given up to be run again under another id; its result becomes `retry`.
   */
  isRetried?: boolean;
  /**
   * Name of the system that ran the job, e.g. `taskcluster`.
   */
  buildSystem: string;
  /**
   * The push that the job belongs to. Exactly one of the variants must fit.
   */
  origin:
    | {
        /**
         * Where the push lives.
         */
        kind: "hg.mozilla.org";
        project: Project;
        /**
         * The full revision.
         */
        revision: string;
        /**
         * Number in the push log; not used.
         */
        pushLogID?: number;
        [k: string]: unknown;
      }
    | {
        /**
         * Where the push lives.
         */
        kind: "hg.mozilla.org";
        project: Project;
        /**
         * Hash that the result set was submitted with.
         */
        revision_hash: string;
        /**
         * Number in the push log; not used.
         */
        pushLogID?: number;
        [k: string]: unknown;
      }
    | {
        /**
         * Where the push lives.
         */
        kind: "github.com";
        project: Project;
        /**
         * The full commit id.
         */
        revision: string;
        /**
         * Owner of the repository; not used.
         */
        owner?: string;
        /**
         * Number of the pull request; not used.
         */
        pullRequestID?: number;
        [k: string]: unknown;
      };
  /**
   * How the job is shown. Other members are allowed and ignored.
   */
  display: {
    /**
     * Short sign of the job; may be empty.
     */
    jobSymbol: string;
    /**
     * Number of the part
     */
    chunkId?: number;
    /**
     * How many parts there are; not used.
     */
    chunkCount?: number;
    /**
     * Short sign of the group; `?` for none.
     */
    groupSymbol: string;
    /**
     * Full name of the job.
     */
    jobName: string;
    /**
     * Full name of the group.
     */
    groupName?: string;
    [k: string]: unknown;
  };
  /**
   * How far the job is; `unscheduled` ones are passed by.
   */
  state: "unscheduled" | "pending" | "running" | "completed";
  /**
   * How a completed job ended.
   */
  result?: "success" | "fail" | "exception" | "canceled" | "unknown";
  /**
   * Decides what a failure is called, `testfailed` or `busted`.
   */
  jobKind: "build" | "test" | "other";
  /**
   * How much a failure matters
   */
  tier?: number;
  /**
   * Ids of jobs that were merged into this one and will not run.
   */
  coalesced?: string[];
  /**
   * When the job was asked for.
   */
  timeScheduled?: string;
  /**
   * When it began to run.
   */
  timeStarted?: string;
  /**
   * When it ended.
   */
  timeCompleted?: string;
  /**
   * Options of the build, e.g. `opt`, `debug`.
   */
  labels?: string[];
  /**
   * Who asked for the job.
   */
  owner?: string;
  /**
   * Why it was asked for.
   */
  reason?: string;
  /**
   * What is built or tested.
   */
  productName?: string;
  buildMachine?: Machine;
  runMachine?: Machine;
  /**
   * What the job panel shows besides.
   */
  jobInfo?: {
    /**
     * A line or more of text or HTML.
     */
    summary?: string;
    /**
     * Named links. Only the first is checked here; a later one that lacks a part is left out.
     */
    links?:
      | []
      | [
          {
            /**
             * Where it leads.
             */
            url: string;
            /**
             * What is clicked.
             */
            linkText: string;
            /**
             * What stands before it.
             */
            label: string;
          }
        ];
  };
  /**
   * The job's logs. One with `steps`, even none, counts as parsed already.
   */
  logs?: {
    /**
     * Where it lies.
     */
    url: string;
    /**
     * What kind it is.
     */
    name: string;
    /**
     * Not all errors are listed.
     */
    errorsTruncated?: boolean;
    /**
     * What the log tells, parsed by the publisher.
     */
    steps?: {
      /**
       * Name of the step.
       */
      name: string;
      /**
       * When it began.
       */
      timeStarted: string;
      /**
       * When it ended.
       */
      timeFinished: string;
      /**
       * Its first line.
       */
      lineStarted: number;
      /**
       * Its last line.
       */
      lineFinished: number;
      /**
       * How it ended.
       */
      result: "success" | "fail" | "exception" | "canceled" | "unknown";
      /**
       * The lines that tell of an error.
       */
      errors?: {
        /**
         * The text.
         */
        line?: string;
        /**
         * Where it stands.
         */
        linenumber?: number;
      }[];
      [k: string]: unknown;
    }[];
  }[];
  /**
   * Anything else; of it only `artifacts` is read.
   */
  extra?: {
    [k: string]: unknown;
  };
  /**
   * Version of the message's format; not used.
   */
  version: number;
}
/**
 * A machine that built or ran something. Other members are allowed and ignored.
 */
export interface Machine {
  /**
   * Its name.
   */
  name?: string;
  /**
   * Its platform.
   */
  platform: string;
  /**
   * Its operating system.
   */
  os: string;
  /**
   * Its processor.
   */
  architecture: string;
  [k: string]: unknown;
}
