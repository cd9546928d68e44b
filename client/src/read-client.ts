import { TreeherderClientError } from "./client-errors.ts";
import { isMap } from "./json-types.ts";
import { type Answer, isSuccess, toRefusal } from "./refusals.ts";
import { type ClientOptions, type RequestOptions, RequestSender } from "./request-sender.ts";
import {
  type ArtifactRow,
  isAnyRow,
  isArtifactRow,
  isJobRow,
  isResultSetRow,
  type JobRow,
  type ResultSetRow,
  type Row,
  readRows,
} from "./rows.ts";

/**
 * Filters of a list: `{ job_guid: "..." }`, or with an operator `{ tier__lt: 3 }`, `{ id__in: [1, 2] }`. `count` is the number of
 * rows (the server's default is 10), or null for all rows. `offset` skips rows.
 */
export type Filters = Readonly<
  Record<string, string | number | boolean | readonly (string | number)[] | null | undefined>
>;

/** The most rows that the server returns in one answer. */
const MAX_JOBS = 2000;
const MAX_RESULT_SETS = 1000;
const MAX_DETAILS = 2000;

type IsRow<T extends Row> = (row: Row) => row is T;

/** Reads what a server has stored. Each method also exists under its name in the Python library. */
export class ReadClient {
  readonly #sender: RequestSender;

  /** @throws TreeherderClientError for options that cannot be used. */
  constructor(options: ClientOptions = {}) {
    this.#sender = new RequestSender(options);
  }

  /** Sends a request, which may also be a post; see {@link RequestSender.send}. */
  protected send(path: string, body: string | undefined, { signal }: RequestOptions): Promise<Answer> {
    return this.#sender.send({ path, body, signal });
  }

  /** Returns jobs of a project. */
  getJobs(project: string, filters: Filters = {}, options: RequestOptions = {}): Promise<JobRow[]> {
    return this.#upTo(`${projectPath(project)}jobs/`, filters, MAX_JOBS, isJobRow, options);
  }
  get_jobs(project: string, filters: Filters = {}, options: RequestOptions = {}): Promise<JobRow[]> {
    return this.getJobs(project, filters, options);
  }

  /** Yields all jobs of a project that the filters select, page by page. */
  listJobs(
    project: string,
    filters: Filters = {},
    options: RequestOptions = {},
  ): AsyncGenerator<JobRow, void, undefined> {
    return this.#pages(`${projectPath(project)}jobs/`, filters, MAX_JOBS, isJobRow, options);
  }

  /** Returns pushes of a project, the newest first. */
  getResultSets(
    project: string,
    filters: Filters = {},
    options: RequestOptions = {},
  ): Promise<ResultSetRow[]> {
    return this.#upTo(`${projectPath(project)}resultset/`, filters, MAX_RESULT_SETS, isResultSetRow, options);
  }
  get_resultsets(
    project: string,
    filters: Filters = {},
    options: RequestOptions = {},
  ): Promise<ResultSetRow[]> {
    return this.getResultSets(project, filters, options);
  }

  /** Yields all pushes of a project that the filters select, page by page. */
  listResultSets(
    project: string,
    filters: Filters = {},
    options: RequestOptions = {},
  ): AsyncGenerator<ResultSetRow, void, undefined> {
    return this.#pages(
      `${projectPath(project)}resultset/`,
      filters,
      MAX_RESULT_SETS,
      isResultSetRow,
      options,
    );
  }

  /** Returns artifacts of a job (`job_id`), the newest first. */
  getArtifacts(project: string, filters: Filters, options: RequestOptions = {}): Promise<ArtifactRow[]> {
    return this.#list(`${projectPath(project)}artifact/`, filters, isArtifactRow, options);
  }
  get_artifacts(project: string, filters: Filters, options: RequestOptions = {}): Promise<ArtifactRow[]> {
    return this.getArtifacts(project, filters, options);
  }

  /** Returns the logs of a job (`job_id`). */
  getJobLogUrl(project: string, filters: Filters, options: RequestOptions = {}): Promise<Row[]> {
    return this.#list(`${projectPath(project)}job-log-url/`, filters, isAnyRow, options);
  }
  get_job_log_url(project: string, filters: Filters, options: RequestOptions = {}): Promise<Row[]> {
    return this.getJobLogUrl(project, filters, options);
  }

  /** Returns details of jobs: title, value and URL. Filters: `job_guid`, `job_id__in`, `repository`. */
  async getJobDetails(filters: Filters, options: RequestOptions = {}): Promise<Row[]> {
    return this.#list("/api/jobdetail/", filters, isAnyRow, options);
  }
  get_job_details(filters: Filters, options: RequestOptions = {}): Promise<Row[]> {
    return this.getJobDetails(filters, options);
  }

  /** Yields all details that the filters select, page by page. */
  async *listJobDetails(
    filters: Filters,
    options: RequestOptions = {},
  ): AsyncGenerator<Row, void, undefined> {
    for (let offset = Number(filters["offset"] ?? 0); ; offset += MAX_DETAILS) {
      const page = await this.getJobDetails({ ...filters, limit: MAX_DETAILS, offset }, options);
      yield* page;
      if (page.length < MAX_DETAILS) return;
    }
  }

  /** Returns the options of each option collection, by its hash. */
  async getOptionCollectionHash(options: RequestOptions = {}): Promise<Record<string, unknown>> {
    const rows = await this.#list("/api/optioncollectionhash/", {}, isAnyRow, options);
    return Object.fromEntries(rows.map((row) => [String(row["option_collection_hash"]), row["options"]]));
  }
  get_option_collection_hash(options: RequestOptions = {}): Promise<Record<string, unknown>> {
    return this.getOptionCollectionHash(options);
  }

  getRepositories(options: RequestOptions = {}): Promise<Row[]> {
    return this.#list("/api/repository/", {}, isAnyRow, options);
  }
  get_repositories(options: RequestOptions = {}): Promise<Row[]> {
    return this.getRepositories(options);
  }

  getProducts(options: RequestOptions = {}): Promise<Row[]> {
    return this.#list("/api/product/", {}, isAnyRow, options);
  }
  get_products(options: RequestOptions = {}): Promise<Row[]> {
    return this.getProducts(options);
  }

  getJobGroups(options: RequestOptions = {}): Promise<Row[]> {
    return this.#list("/api/jobgroup/", {}, isAnyRow, options);
  }
  get_job_groups(options: RequestOptions = {}): Promise<Row[]> {
    return this.getJobGroups(options);
  }

  getFailureClassifications(options: RequestOptions = {}): Promise<Row[]> {
    return this.#list("/api/failureclassification/", {}, isAnyRow, options);
  }
  get_failure_classifications(options: RequestOptions = {}): Promise<Row[]> {
    return this.getFailureClassifications(options);
  }

  getBuildPlatforms(options: RequestOptions = {}): Promise<Row[]> {
    return this.#list("/api/buildplatform/", {}, isAnyRow, options);
  }
  get_build_platforms(options: RequestOptions = {}): Promise<Row[]> {
    return this.getBuildPlatforms(options);
  }

  getJobTypes(options: RequestOptions = {}): Promise<Row[]> {
    return this.#list("/api/jobtype/", {}, isAnyRow, options);
  }
  get_job_types(options: RequestOptions = {}): Promise<Row[]> {
    return this.getJobTypes(options);
  }

  getMachines(options: RequestOptions = {}): Promise<Row[]> {
    return this.#list("/api/machine/", {}, isAnyRow, options);
  }
  get_machines(options: RequestOptions = {}): Promise<Row[]> {
    return this.getMachines(options);
  }

  getMachinePlatforms(options: RequestOptions = {}): Promise<Row[]> {
    return this.#list("/api/machineplatform/", {}, isAnyRow, options);
  }
  get_machine_platforms(options: RequestOptions = {}): Promise<Row[]> {
    return this.getMachinePlatforms(options);
  }

  /** Returns as many rows as `count` asks for. If one answer cannot hold them, reads several pages. */
  async #upTo<T extends Row>(
    path: string,
    filters: Filters,
    maxRows: number,
    isRow: IsRow<T>,
    options: RequestOptions,
  ): Promise<T[]> {
    const { count } = filters;
    const wanted = count === null ? Number.POSITIVE_INFINITY : Number(count);
    // Without a count, or if it is not a number, the server decides how many rows to return.
    if (!(wanted > maxRows)) return this.#list(path, filters, isRow, options);
    const rows: T[] = [];
    for await (const row of this.#pages(path, filters, maxRows, isRow, options)) {
      rows.push(row);
      if (rows.length >= wanted) break;
    }
    return rows;
  }

  async *#pages<T extends Row>(
    path: string,
    filters: Filters,
    pageRows: number,
    isRow: IsRow<T>,
    options: RequestOptions,
  ): AsyncGenerator<T, void, undefined> {
    for (let offset = Number(filters["offset"] ?? 0); ; offset += pageRows) {
      const page = await this.#list(path, { ...filters, count: pageRows, offset }, isRow, options);
      yield* page;
      if (page.length < pageRows) return;
    }
  }

  /** Reads one answer: an array, or an object with the array in `results`. */
  async #list<T extends Row>(
    path: string,
    filters: Filters,
    isRow: IsRow<T>,
    options: RequestOptions,
  ): Promise<T[]> {
    const answer = await this.send(`${path}${queryOf(filters)}`, undefined, options);
    if (!isSuccess(answer)) throw toRefusal(answer, Date.now());
    const { json } = answer;
    return readRows(answer, isMap(json) ? json["results"] : json, isRow);
  }
}

/** Returns the path of a project, e.g. `/api/project/try/`. @throws TreeherderClientError for a name that no project can have. */
export function projectPath(project: string): string {
  // JavaScript callers may pass undefined, for example from an unset environment variable. Converted to text, it would be a valid
  // name.
  if (typeof project !== "string" || !/^[\w-]{1,50}$/.test(project)) {
    throw new TreeherderClientError(
      `a project's name has 1 to 50 letters, digits, - or _; it is ${JSON.stringify(project)}`,
    );
  }
  return `/api/project/${project}/`;
}

function queryOf(filters: Filters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    if (value === undefined || value === null) continue;
    query.set(name, Array.isArray(value) ? value.join(",") : String(value));
  }
  return query.size === 0 ? "" : `?${query}`;
}
