import type Database from "libsql";
import { jobId, jobKey, resultSetId } from "../../domain/ids.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Copied, CopyEnds, CopyQuery } from "../ports/copy-store.ts";
import { arrivalSeconds } from "../rules/find-push.ts";
import { gridCell } from "../rules/grid-cell.ts";
import { isRenamedSince, judgeCopy } from "../rules/judge-copy.ts";
import { mergeJob, mergePush } from "../rules/merge-copy.ts";
import { withNumber } from "../rules/wanted-numbers.ts";
import { type DocRow, readDoc } from "./row-doc.ts";
import { finder, lister, ROWS_AT_ONCE, type WalkedCopier } from "./sqlite-copier.ts";
import { createNumbering } from "./sqlite-numbers.ts";
import { kindOf } from "./sqlite-page-columns.ts";
import { createPushWriter } from "./sqlite-push-rows.ts";
import type { JobRow } from "./sqlite-reads.ts";
import { createRenaming } from "./sqlite-renaming.ts";

/** Copies pushes, with the keys for finding them by revision. */
export function createPushCopier(db: Database.Database): WalkedCopier<"push"> {
  const list = lister(
    db,
    `SELECT id AS place FROM resultsets WHERE id > ?1 AND (?2 IS NULL OR project = ?2)
       AND (?3 IS NULL OR order_at >= ?3) ORDER BY id LIMIT ${ROWS_AT_ONCE}`,
  );
  const find = finder(db, "SELECT doc FROM resultsets WHERE id = ?");
  const writePush = createPushWriter(db);
  const numberPushes = createNumbering(db, "resultsets");

  function toCopy(row: DocRow): Copied<"push"> {
    const push = readDoc<ResultSet>(row);
    return { kind: "push", id: resultSetId(push.project, push.short_revision), push };
  }

  function write(documents: readonly Copied<"push">[]): CopyEnds {
    const stored = new Map(documents.map(({ id }) => [id, found(id)]));
    const { added, replaced } = selectWrites(documents, (id) => stored.get(id) ?? null);
    const numbers = numberPushes(added.map(({ id, push }) => [id, push.rest_id]));
    for (const { id, push } of added) writePush(id, withNumber(push, numbers.of(id)));
    for (const { id, push } of replaced) {
      const before = stored.get(id);
      if (before) writePush(id, mergePush(push, before.push));
    }
    const renumbered = added.filter(({ id, push }) => numbers.of(id) !== push.rest_id).length;
    const written = added.length + replaced.length;
    return { written, kept: documents.length - written, renumbered };
  }

  function found(id: string): Copied<"push"> | null {
    const row = find(id);
    return row === undefined ? null : toCopy(row);
  }

  return {
    places: ({ project, since }: CopyQuery, after) =>
      list(after, project, since === null ? null : arrivalSeconds(since)),
    rowAt: find,
    rowOf: ({ id }) => find(id),
    toCopy,
    write,
  };
}

/** Copies jobs without their parts. */
export function createJobCopier(db: Database.Database): WalkedCopier<"job"> {
  const list = lister(
    db,
    `SELECT CAST(n AS TEXT) AS place FROM jobs WHERE n > CAST(?1 AS INTEGER) AND (?2 IS NULL OR project = ?2)
       AND (?3 IS NULL OR changed >= ?3) ORDER BY n LIMIT ${ROWS_AT_ONCE}`,
  );
  const at = finder(db, "SELECT doc FROM jobs WHERE n = CAST(? AS INTEGER)");
  const byKey = db.prepare("SELECT n, doc FROM jobs WHERE key = ?");
  const readNumber = db.prepare("SELECT coalesce(max(n), 0) AS n FROM jobs");
  const numberJobs = createNumbering(db, "jobs");
  const byNumber = db.prepare("SELECT n, doc FROM jobs WHERE rest_id = ?");
  const renameJob = createRenaming(db);
  const put = db.prepare(
    `INSERT INTO jobs (n, key, rest_id, project, push, kind, changed, cell, doc)
       VALUES (?, ?, ?, ?, (SELECT rest_id FROM resultsets WHERE id = ?), ?, ?, ?, ?)
       ON CONFLICT (n) DO UPDATE SET push = excluded.push, kind = excluded.kind, changed = excluded.changed,
         cell = excluded.cell, doc = excluded.doc`,
  );

  function rowOf({ id }: { readonly id: string }): JobRow | undefined {
    return byKey.get(jobKey(id)) as JobRow | undefined;
  }

  function toCopy(row: DocRow): Copied<"job"> {
    const job = readDoc<StoredJob>(row);
    return { kind: "job", id: jobId(job.project, job.job_guid), job };
  }

  function write(documents: readonly Copied<"job">[]): CopyEnds {
    const rows = new Map(documents.map(({ id, job }) => [id, rowOf({ id }) ?? renamedRow(job)]));
    const stored = new Map(Array.from(rows, ([id, row]) => [id, row === undefined ? null : toCopy(row)]));
    const { added, replaced } = selectWrites(documents, (id) => stored.get(id) ?? null);
    const numbers = numberJobs(added.map(({ id, job }) => [id, job.rest_id]));
    let { n: last } = readNumber.get() as { n: number };
    for (const { id, job } of added) writeJob(++last, id, withNumber(job, numbers.of(id)));
    for (const { id, job } of replaced) {
      const [row, before] = [rows.get(id), stored.get(id)];
      if (row && before) writeJob(row.n, id, mergeJob(job, before.job));
    }
    const renumbered = added.filter(({ id, job }) => numbers.of(id) !== job.rest_id).length;
    const written = added.length + replaced.length;
    return { written, kept: documents.length - written, renumbered };
  }

  /** Returns the row of a job that was copied before a retry renamed it, and renames the stored job if necessary. */
  function renamedRow(job: StoredJob): JobRow | undefined {
    const row = byNumber.get(job.rest_id) as JobRow | undefined;
    if (row === undefined) return undefined;
    const before = readDoc<StoredJob>(row);
    // The job was renamed in this store since it was copied. It is kept, because its state is later.
    if (isRenamedSince(job, before)) return row;
    if (!isRenamedSince(before, job)) return undefined;
    const renamed = { ...before, job_guid: job.job_guid };
    renameJob(row.n, renamed, before.job_guid);
    return { n: row.n, doc: JSON.stringify(renamed) };
  }

  function writeJob(n: number, id: string, job: StoredJob): void {
    const { rest_id, project, result_set, signature, last_modified } = job;
    const columns = [kindOf(signature), last_modified, JSON.stringify(gridCell(job)), JSON.stringify(job)];
    put.run(n, jobKey(id), rest_id, project, result_set, ...columns);
  }

  return {
    places: ({ project, since }: CopyQuery, after) => list(after, project, since),
    rowAt: at,
    rowOf,
    toCopy,
    write,
  };
}

/** Selects the documents to write: `added` are not stored yet, `replaced` are stored in an earlier state. */
function selectWrites<D extends Copied<"push" | "job">>(
  documents: readonly D[],
  storedOf: (id: string) => D | null,
) {
  const judged = documents.map((document) => ({
    document,
    judgement: judgeCopy(document, storedOf(document.id)),
  }));
  const judgedAs = (wanted: string) =>
    judged.flatMap(({ document, judgement }) => (judgement === wanted ? [document] : []));
  return { added: judgedAs("missing"), replaced: judgedAs("earlier") };
}
