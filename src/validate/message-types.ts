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
   * Number of the retry; checked, but not used.
   */
  retryId?: number;
  /**
   * The job was abandoned and runs again under another id; its result becomes `retry`.
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
         * The hash that the result set was submitted with.
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
     * Number of parts; not used.
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
   * State of the job. An `unscheduled` job is skipped.
   */
  state: "unscheduled" | "pending" | "running" | "completed";
  /**
   * How a completed job ended.
   */
  result?: "success" | "fail" | "exception" | "canceled" | "unknown";
  /**
   * Kind of the job. It decides whether a failure is called `testfailed` or `busted`.
   */
  jobKind: "build" | "test" | "other";
  /**
   * How much a failure matters; 1 matters most.
   */
  tier?: number;
  /**
   * Ids of jobs that were merged into this one and will not run.
   */
  coalesced?: string[];
  /**
   * When the job was requested.
   */
  timeScheduled?: string;
  /**
   * When the job began to run.
   */
  timeStarted?: string;
  /**
   * When the job ended.
   */
  timeCompleted?: string;
  /**
   * Options of the build, e.g. `opt`, `debug`.
   */
  labels?: string[];
  /**
   * Who requested the job.
   */
  owner?: string;
  /**
   * Why the job was requested.
   */
  reason?: string;
  /**
   * What is built or tested.
   */
  productName?: string;
  buildMachine?: Machine;
  runMachine?: Machine;
  /**
   * More information for the job panel.
   */
  jobInfo?: {
    /**
     * Text or HTML of one or more lines.
     */
    summary?: string;
    /**
     * Named links. The schema checks only the first one; a later link that lacks a member is left out.
     */
    links?:
      | []
      | [
          {
            /**
             * Target of the link.
             */
            url: string;
            /**
             * Text of the link.
             */
            linkText: string;
            /**
             * Text before the link.
             */
            label: string;
          }
        ];
  };
  /**
   * The job's logs. A log with `steps`, even an empty list, counts as parsed.
   */
  logs?: {
    /**
     * Address of the log.
     */
    url: string;
    /**
     * Kind of the log.
     */
    name: string;
    /**
     * Not all errors are listed.
     */
    errorsTruncated?: boolean;
    /**
     * Steps of the log, parsed by the publisher.
     */
    steps?: {
      /**
       * Name of the step.
       */
      name: string;
      /**
       * When the step began.
       */
      timeStarted: string;
      /**
       * When the step ended.
       */
      timeFinished: string;
      /**
       * First line of the step.
       */
      lineStarted: number;
      /**
       * Last line of the step.
       */
      lineFinished: number;
      /**
       * How the step ended.
       */
      result: "success" | "fail" | "exception" | "canceled" | "unknown";
      /**
       * Lines that report an error.
       */
      errors?: {
        /**
         * Text of the line.
         */
        line?: string;
        /**
         * Number of the line.
         */
        linenumber?: number;
      }[];
      [k: string]: unknown;
    }[];
  }[];
  /**
   * Anything else. Only the member `artifacts` is read.
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
