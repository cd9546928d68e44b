import { randomUUID } from "node:crypto";
import type Database from "libsql";
import { jobId, jobKey } from "../../domain/ids.ts";
import type { SettableState } from "../../domain/job-state.ts";
import type { Origin } from "../../domain/origin.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { NewSegment } from "../ports/archive-store.ts";
import type { Arrival, ResultSetArrival, StoreOutcome } from "../ports/submission-store.ts";
import { setState } from "../rules/advance-job.ts";
import { gridCell } from "../rules/grid-cell.ts";
import type { LogRoom } from "../rules/log-room.ts";
import { OptionBook } from "../rules/option-book.ts";
import { type BatchPlan, planBatch } from "../rules/plan-batch.ts";
import { planResultSets, submittedKeys } from "../rules/plan-result-sets.ts";
import { PushBook, pushKeys } from "../rules/push-book.ts";
import { concernedIds, splitAtRetries } from "../rules/retry-guid.ts";
import { withNumber } from "../rules/wanted-numbers.ts";
import type { DocRow } from "./row-doc.ts";
import { inTransaction } from "./sqlite-database.ts";
import { createNumbering } from "./sqlite-numbers.ts";
import { kindOf } from "./sqlite-page-columns.ts";
import { createParts } from "./sqlite-parts.ts";
import { createPushWriter } from "./sqlite-push-rows.ts";
import type { JobRow } from "./sqlite-reads.ts";
import { createRenaming } from "./sqlite-renaming.ts";

/** A stored job and its row number. */
interface NumberedJob {
  readonly n: number;
  readonly job: StoredJob;
}

/**
 * Writes batches to an open file, with statements that are prepared once. Lists are passed as one JSON parameter.
 *
 * @param putSegment - stores a segment of the archive, within the caller's transaction.
 */
export function createWrites(
  db: Database.Database,
  room: LogRoom,
  putSegment: (segment: NewSegment) => void,
) {
  const list = "(SELECT value FROM json_each(?))";
  // Reads one row per job, because the driver would crash the process if a single text with all jobs reached 512 MiB.
  const readJobs = db.prepare(`SELECT n, doc FROM jobs WHERE key IN ${list}`);
  const readNumber = db.prepare("SELECT coalesce(max(n), 0) AS n FROM jobs");
  const readPushes = db.prepare(
    `SELECT doc FROM resultsets WHERE id IN (SELECT resultset FROM revision_keys WHERE key IN ${list})`,
  );
  const readPushesByHash = db.prepare(
    "SELECT doc FROM resultsets JOIN json_each(?) AS wanted ON project = wanted.value->>0 AND revision_hash = wanted.value->>1",
  );
  const writePush = createPushWriter(db);
  // Values are passed as one array. The driver would copy separate arguments into an array, which takes as long as writing a row.
  const addJob = db.prepare(
    "INSERT INTO jobs (n, key, rest_id, project, push, kind, changed, cell, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const changeJob = db.prepare("UPDATE jobs SET changed = ?, cell = ?, doc = ? WHERE n = ?");
  // A separate statement, because `changeJob` would otherwise update the index of kinds on every change of a job.
  const movePush = db.prepare(
    "UPDATE jobs SET push = (SELECT rest_id FROM resultsets WHERE id = ?) WHERE n = ?",
  );
  const addOptions = db.prepare("INSERT OR IGNORE INTO option_collections VALUES (?, ?)");
  const optionBook = new OptionBook();
  const numberJobs = createNumbering(db, "jobs");
  const numberPushes = createNumbering(db, "resultsets");
  const writeParts = createParts(db);
  const countLogs = db.prepare(
    "SELECT count(*) AS n FROM (SELECT 1 FROM logs WHERE exchange = ? AND next_attempt_at IS NOT NULL LIMIT ?)",
  );
  const readJobByNumber = db.prepare("SELECT n, doc FROM jobs WHERE rest_id = ?");
  const renameJob = createRenaming(db);

  function storeSubmissions(batch: readonly Arrival[]): StoreOutcome[] {
    return storeBatch(batch, null);
  }

  function storeArchived(batch: readonly Arrival[], segment: NewSegment): StoreOutcome[] {
    return storeBatch(batch, segment);
  }

  function storeBatch(batch: readonly Arrival[], segment: NewSegment | null): StoreOutcome[] {
    const parts = inTransaction(db, () => {
      if (segment !== null) putSegment(segment);
      return splitAtRetries(batch).map(storePart);
    });
    for (const { options } of parts) optionBook.noteStored(options);
    return parts.flatMap(({ outcomes }) => outcomes);
  }

  /** Stores a part of a batch. Returns the outcomes, and the hashes of the combinations of options that were written. */
  function storePart(batch: readonly Arrival[]): { outcomes: StoreOutcome[]; options: readonly string[] } {
    const numbered = jobsBy(batch.flatMap(concernedIds).map(jobKey));
    const stored = new Map(numbered.map(({ job }) => [jobId(job.project, job.job_guid), job]));
    const rows = new Map(numbered.map(({ n, job }) => [jobId(job.project, job.job_guid), n]));
    const { keys, hashes } = pushKeys(batch.map(({ submission }) => submission));
    const read = pushesBy(keys, hashes);
    const pushes = new PushBook(read);
    for (const exchange of room.toCount(batch)) room.note(exchange, countWaiting(exchange));
    const plan = planBatch(batch, stored, pushes, room, randomUUID());
    const options = optionBook.missing(plan);
    for (const [hash, names] of options) addOptions.run(hash, JSON.stringify(names));
    const known = read.map((push) => [pushes.idOf(push), push.rest_id] as const);
    writePlan(plan, stored, rows, new Map([...known, ...writePushes(pushes)]));
    return { outcomes: plan.outcomes, options: [...options.keys()] };
  }

  function countWaiting(exchange: string): number {
    return (countLogs.get(exchange, room.maxWaiting) as { n: number }).n;
  }

  function jobsBy(keys: readonly string[]): NumberedJob[] {
    const rows = readJobs.all(JSON.stringify(keys)) as JobRow[];
    return rows.map(({ n, doc }) => ({ n, job: JSON.parse(doc) as StoredJob }));
  }

  function pushesBy(keys: readonly string[], hashes: readonly [string, string][]): ResultSet[] {
    const byKey = readPushes.all(JSON.stringify(keys)) as DocRow[];
    const byHash = hashes.length > 0 ? (readPushesByHash.all(JSON.stringify(hashes)) as DocRow[]) : [];
    return [...byKey, ...byHash].map(({ doc }) => JSON.parse(doc) as ResultSet);
  }

  /** Writes the changed pushes, and returns their ids and numbers. */
  function writePushes(pushes: PushBook): (readonly [id: string, number: number])[] {
    const numbers = numberPushes(pushes.wantedNumbers());
    return Array.from(pushes.changed, ([id, push]) => {
      const numbered = pushes.isNew(id) ? withNumber(push, numbers.of(id)) : push;
      writePush(id, numbered);
      return [id, numbered.rest_id] as const;
    });
  }

  /**
   * Writes everything in a plan except pushes and options.
   *
   * @param rows - the row numbers of the stored jobs, by id. The row numbers of new jobs are added to it.
   * @param pushNumbers - the numbers of the pushes of new jobs, by id.
   */
  function writePlan(
    plan: BatchPlan,
    stored: ReadonlyMap<string, StoredJob>,
    rows: Map<string, number>,
    pushNumbers: ReadonlyMap<string, number>,
  ): void {
    const { newJobs, changedJobs, renamed } = plan;
    let { n: last } = readNumber.get() as { n: number };
    for (const id of newJobs.keys()) rows.set(id, ++last);
    const rowOf = (id: string): number => rows.get(id) ?? bugOf(id);
    writeParts(plan, rowOf);
    const numbers = numberJobs(Array.from(newJobs, ([id, { rest_id }]) => [id, rest_id]));
    for (const [id, job] of newJobs) {
      const numbered = withNumber(job, numbers.of(id));
      writeNewJob(rowOf(id), id, numbered, pushNumbers.get(job.result_set) ?? null);
    }
    for (const [id, changes] of changedJobs) {
      const before = stored.get(id) ?? bugOf(id);
      const job = { ...before, ...changes };
      writeChangedJob(rowOf(id), job);
      if (before.result_set !== job.result_set) movePush.run([job.result_set, rowOf(id)]);
      const guid = renamed.get(id);
      if (guid !== undefined) renameJob(rowOf(id), { ...job, job_guid: guid }, job.job_guid);
    }
  }

  function writeNewJob(n: number, id: string, job: StoredJob, push: number | null): void {
    const { rest_id, project, signature, last_modified } = job;
    const [cell, doc] = [JSON.stringify(gridCell(job)), JSON.stringify(job)];
    addJob.run([n, jobKey(id), rest_id, project, push, kindOf(signature), last_modified, cell, doc]);
  }

  /** Writes a job without changing the column `push`. */
  function writeChangedJob(n: number, job: StoredJob): void {
    changeJob.run([job.last_modified, JSON.stringify(gridCell(job)), JSON.stringify(job), n]);
  }

  function setJobState(
    project: string,
    restId: number,
    state: SettableState,
    at: string,
    origin: Origin,
  ): "updated" | "unchanged" | "unknown" {
    return inTransaction(db, () => {
      const row = readJobByNumber.get(restId) as JobRow | undefined;
      const job = row === undefined ? null : (JSON.parse(row.doc) as StoredJob);
      if (row === undefined || job?.project !== project) return "unknown";
      const changes = setState(job, state, at, origin, randomUUID());
      if (changes === null) return "unchanged";
      writeChangedJob(row.n, { ...job, ...changes });
      return "updated";
    });
  }

  function storeResultSets(batch: readonly ResultSetArrival[]): StoreOutcome[] {
    return inTransaction(db, () => {
      const { keys, hashes } = submittedKeys(batch);
      const pushes = new PushBook(pushesBy(keys, hashes));
      const outcomes = planResultSets(batch, pushes);
      writePushes(pushes);
      return outcomes;
    });
  }

  return { storeSubmissions, storeArchived, storeResultSets, setJobState };
}

function bugOf(id: string): never {
  throw new Error(`the job ${id} is neither stored nor in the batch`);
}
