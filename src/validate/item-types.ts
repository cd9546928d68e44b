// Made from schemas/job-item.yml, schemas/result-set-item.yml, schemas/artifact-item.yml by `npm run generate`: change it there.

/**
 * One job in one of its states. It must have a revision, or a revision_hash of a push that is known.
 */
export interface JobItem {
  /**
   * A revision of the push that the job belongs to, in full or its first 12 characters.
   */
  revision?: string | null;
  /**
   * The hash that the push was submitted with. Used only if there is no revision.
   */
  revision_hash?: string | null;
  /**
   * Guids of jobs that were merged into this one and will not run.
   */
  coalesced?: string[] | null;
  /**
   * The job itself.
   */
  job: {
    /**
     * Unique id of the job. The first 50 characters are used.
     */
    job_guid: string;
    /**
     * Full name of the job.
     */
    name?: string | null;
    /**
     * Short sign of the job.
     */
    job_symbol?: string | null;
    /**
     * Full name of the group.
     */
    group_name?: string | null;
    /**
     * Short sign of the group; `?` for none.
     */
    group_symbol?: string | null;
    /**
     * The product that is built or tested.
     */
    product_name?: string;
    /**
     * State of the job, usually `pending`, `running` or `completed`. The first 25 characters are used.
     */
    state?: string | null;
    /**
     * How the job ended, such as `success`, `testfailed`, `busted`, `exception`, `usercancel` or `retry`.
     */
    result?: string | null;
    /**
     * Why the job was requested. The first 125 characters are used.
     */
    reason?: string | null;
    /**
     * Who requested the job. The first 50 characters are used.
     */
    who?: string | null;
    /**
     * Name of the system that ran the job; `buildbot` if absent.
     */
    build_system_type?: string | null;
    /**
     * Name to use instead of the job's signature in reports.
     */
    reference_data_name?: string | null;
    /**
     * How much a failure matters; 1 matters most, and is the default. Text of digits is read as a number.
     */
    tier?: number | string | null;
    /**
     * Name of the machine that ran the job.
     */
    machine?: string;
    build_platform?: PostedPlatform;
    machine_platform?: PostedPlatform;
    /**
     * Options of the build, as an object whose member names are the options, whatever their values, or as a list of names.
     */
    option_collection?:
      | {
          [k: string]: unknown;
        }
      | string[];
    /**
     * When the job was requested, in seconds since the Unix epoch, as a number or as text of digits. Anything else counts as 0, with a warning. The same applies to the next two times.
     */
    submit_timestamp?:
      | number
      | string
      | boolean
      | unknown[]
      | {
          [k: string]: unknown;
        }
      | null;
    /**
     * When the job started.
     */
    start_timestamp?:
      | number
      | string
      | boolean
      | unknown[]
      | {
          [k: string]: unknown;
        }
      | null;
    /**
     * When the job ended.
     */
    end_timestamp?:
      | number
      | string
      | boolean
      | unknown[]
      | {
          [k: string]: unknown;
        }
      | null;
    /**
     * The same as `coalesced` beside the job. Both lists are used.
     */
    coalesced?: string[] | null;
    /**
     * The job's logs.
     */
    log_references?:
      | {
          /**
           * Kind of the log, such as `buildbot_text`. The first 50 characters are used.
           */
          name?: string | null;
          /**
           * Address of the log. The first 255 characters are used.
           */
          url?: string | null;
          /**
           * State of the log, one of `pending`, `parsed` and `failed`. Any other value counts as `pending`.
           */
          parse_status?: string | null;
          [k: string]: unknown;
        }[]
      | null;
    /**
     * Data about the job. An artifact that cannot be used is left out, and the job is still stored.
     */
    artifacts?: unknown[] | null;
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The platform that something was built for or ran on. Other members are ignored.
 */
export interface PostedPlatform {
  /**
   * Its operating system.
   */
  os_name?: string;
  /**
   * Its platform.
   */
  platform?: string;
  /**
   * Its processor.
   */
  architecture?: string;
  [k: string]: unknown;
}

/**
 * One push of revisions to a project.
 */
export interface ResultSetItem {
  /**
   * The top revision. If it is absent or empty, the last one of `revisions` is used.
   */
  revision?: string | null;
  /**
   * A hash over the revisions. The revision is used if it is absent or empty.
   */
  revision_hash?: string | null;
  /**
   * Who pushed. `unknown@somewhere.com` is stored if it is absent or empty.
   */
  author?: string | null;
  /**
   * When the push was made, in seconds since the Unix epoch, as a number or as text of digits. A fraction is cut off.
   */
  push_timestamp: number | string;
  /**
   * State of the push; `active` if it is absent.
   */
  active_status?: "active" | "onhold" | "deleted" | null;
  /**
   * The revisions of the push, the oldest one first.
   */
  revisions: {
    /**
     * The id of the commit.
     */
    revision: string;
    /**
     * Who wrote it.
     */
    author: string;
    /**
     * The repository that it was pushed to.
     */
    repository: string;
    /**
     * The commit message.
     */
    comment?: string | null;
    [k: string]: unknown;
  }[];
  [k: string]: unknown;
}

/**
 * A named piece of data about a job of the project. A job keeps the first artifact with each name.
 */
export interface ArtifactItem {
  /**
   * The id of the job.
   */
  job_guid: string;
  /**
   * Its name. Some names have a schema of their own for the blob, such as `text_log_summary`.
   */
  name: string;
  /**
   * Kind of the data, usually `json`.
   */
  type: string;
  /**
   * The data, of any type. A text in an artifact of type `json` is treated as serialised JSON.
   */
  blob:
    | {
        [k: string]: unknown;
      }
    | unknown[]
    | string
    | number
    | boolean
    | null;
  [k: string]: unknown;
}
