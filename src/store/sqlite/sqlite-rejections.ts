import type Database from "libsql";
import { taskIdOf } from "../../domain/ids.ts";
import { type StoredRoute, storedSenderOf } from "../../domain/origin.ts";
import type {
  OnlyCounted,
  Rejection,
  RejectionEnd,
  RejectionHead,
  StoredRejection,
} from "../../domain/rejection.ts";
import { taskIdForms } from "../../domain/task-id-forms.ts";
import type { RejectionCount, RejectionFilter, RejectionQuery } from "../ports/rejection-reads.ts";
import type { RetriedRejection } from "../ports/submission-store.ts";
import { admitRejections, type QuotaUse, type RejectionQuota, unlimited } from "../rules/admit-rejections.ts";
import { oldestDay, planRejections, quotaId, quotaKeys, rejectionsToRead } from "../rules/plan-rejections.ts";
import { type DocRow, readDoc, rowDoc } from "./row-doc.ts";
import { inTransaction } from "./sqlite-database.ts";

interface RejectionRow extends DocRow {
  readonly id: string;
  readonly origin: StoredRoute["origin"];
  readonly exchange: string;
  readonly routing_key: string;
  readonly client_id: string | null;
  readonly endpoint: string | null;
  readonly project: string | null;
  readonly task_id: string | null;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly count: number;
  readonly expires_at: string;
}
const columns = {
  ...{ id: "id", exchange: "exchange", routing_key: "routing_key", project: "project", task_id: "task_id" },
  ...{ origin: "origin", client_id: "client_id", endpoint: "endpoint" },
  ...{ first_seen: "first_seen", last_seen: "last_seen", count: "count", expires_at: "expires_at" },
};
/** The SQL that selects the columns for {@link toRejection}. */
export const REJECTION_DOC = rowDoc({ ...columns, doc: "doc" });
/** Leaves out the content of the payload, which can be a hundred times as long as the rest. `|| ''` turns JSON into plain text. */
const HEAD_DOC = rowDoc({ ...columns, doc: "json_remove(doc, '$.payload.content') || ''" });

/** A condition and its parameters. */
type Condition = readonly [sql: string, ...values: readonly unknown[]];

/** Stores rejections in an open file. The shape of documents is not checked, because only pulse-ingest writes the tables. */
export function createRejections(db: Database.Database, ttlDays: number, quota: RejectionQuota = unlimited) {
  const readLastSeen = db.prepare(
    "SELECT id, last_seen FROM rejections WHERE id IN (SELECT value FROM json_each(?))",
  );
  const readUses = db.prepare(
    `SELECT day, exchange, kept, bytes, only_counted FROM rejection_quotas
       WHERE id IN (SELECT value FROM json_each(?))`,
  );
  const addUse = db.prepare(
    `INSERT INTO rejection_quotas (id, day, exchange, kept, bytes, only_counted) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET kept = kept + excluded.kept, bytes = bytes + excluded.bytes,
         only_counted = only_counted + excluded.only_counted`,
  );
  const listUses = db.prepare(
    `SELECT day, exchange, only_counted AS messages FROM rejection_quotas
       WHERE only_counted > 0 AND day >= ? AND day >= ? AND day < ? ORDER BY day DESC, exchange`,
  );
  const dropUses = db.prepare("DELETE FROM rejection_quotas WHERE day < ?");
  const dropExpired = db.prepare("DELETE FROM rejections WHERE expires_at <= ?");
  const put = db.prepare(
    `INSERT INTO rejections (id, exchange, routing_key, origin, client_id, endpoint, project, task_id, reason,
         first_seen, last_seen, count, expires_at, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET
         project = excluded.project, task_id = excluded.task_id, reason = excluded.reason, doc = excluded.doc,
         first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen),
         count = count + excluded.count, expires_at = max(expires_at, excluded.expires_at)`,
  );
  const takeOut = db.prepare("DELETE FROM rejections WHERE id = ? AND last_seen = ?");
  const amend = db.prepare(
    "UPDATE rejections SET project = ?, task_id = ?, reason = ?, doc = ? WHERE id = ? AND last_seen = ?",
  );

  function recordRejections(rejections: readonly Rejection[]): RejectionEnd[] {
    return inTransaction(db, () => {
      dropExpired.run(new Date().toISOString());
      dropUses.run(oldestDay(ttlDays, Date.now()));
      const known = findLastSeen(rejectionsToRead(rejections));
      const planned = planRejections(rejections, ttlDays, known);
      const { kept, uses, endsOf } = admitRejections(planned, known, usesOf(rejections), quota);
      for (const rejection of kept) {
        const { id, project, task_id, fault } = rejection;
        const { first_seen, last_seen, count, expires_at } = rejection;
        const times = [first_seen, last_seen, count, expires_at];
        put.run(id, ...routeColumns(rejection), project, task_id, fault.reason, ...times, docOf(rejection));
      }
      for (const use of uses) {
        const { day, exchange, kept, bytes, only_counted } = use;
        addUse.run(quotaId(use), day, exchange, kept, bytes, only_counted);
      }
      return endsOf(rejections);
    });
  }

  function findLastSeen(ids: readonly string[]): Map<string, string> {
    const rows = readLastSeen.all(JSON.stringify(ids)) as { id: string; last_seen: string }[];
    return new Map(rows.map(({ id, last_seen }) => [id, last_seen]));
  }

  function usesOf(rejections: readonly Rejection[]): QuotaUse[] {
    return readUses.all(JSON.stringify(quotaKeys(rejections).map(quotaId))) as QuotaUse[];
  }

  function listOnlyCounted({ since = "", until = "9999" }: Pick<RejectionFilter, "since" | "until">) {
    const days = [oldestDay(ttlDays, Date.now()), since.slice(0, 10), until];
    return listUses.all(...days) as OnlyCounted[];
  }

  function resolveRejections(tried: readonly RetriedRejection[]): void {
    inTransaction(db, () => {
      for (const { id, last_seen, again } of tried) {
        if (again === null) takeOut.run(id, last_seen);
        else amend.run(again.project, again.task_id, again.fault.reason, docOf(again), id, last_seen);
      }
    });
  }

  const listRejections = (query: RejectionQuery): StoredRejection[] =>
    selectRows(REJECTION_DOC, query).map(toRejection);
  const listRejectionHeads = (query: RejectionQuery): RejectionHead[] =>
    selectRows(HEAD_DOC, query).map((row) => readRejection<RejectionHead["payload"]>(row));

  function selectRows(
    columnsSql: string,
    { limit, after, oldestFirst = false, ...filter }: RejectionQuery,
  ): DocRow[] {
    const conditions = conditionsOf(filter);
    if (after !== undefined) {
      const sql = `(last_seen, id) ${oldestFirst ? ">" : "<"} (?, ?)`;
      conditions.push([sql, after.last_seen, after.id]);
    }
    const direction = oldestFirst ? "ASC" : "DESC";
    return db
      .prepare(
        `SELECT ${columnsSql} FROM rejections WHERE ${conditions.map(([sql]) => sql).join(" AND ")}
           ORDER BY last_seen ${direction}, id ${direction} LIMIT ?`,
      )
      .all(...valuesOf(conditions), limit) as DocRow[];
  }

  function findRejection(id: string): StoredRejection | null {
    const row = db
      .prepare(`SELECT ${REJECTION_DOC} FROM rejections WHERE id = ? AND expires_at > ?`)
      .get(id, new Date().toISOString()) as DocRow | undefined;
    return row === undefined ? null : toRejection(row);
  }

  function countRejections(filter: RejectionFilter): RejectionCount[] {
    const conditions = conditionsOf(filter);
    return db
      .prepare(
        `SELECT exchange, reason, count(*) AS rejections, sum(count) AS messages, min(first_seen) AS first_seen,
             max(last_seen) AS last_seen
           FROM rejections WHERE ${conditions.map(([sql]) => sql).join(" AND ")}
           GROUP BY exchange, reason ORDER BY messages DESC, exchange, reason`,
      )
      .all(...valuesOf(conditions)) as RejectionCount[];
  }

  return {
    recordRejections,
    resolveRejections,
    listRejections,
    listRejectionHeads,
    findRejection,
    findLastSeen,
    countRejections,
    listOnlyCounted,
  };
}

function conditionsOf({
  routing_key,
  task_id,
  id_prefix,
  since,
  until,
  ...exact
}: RejectionFilter): Condition[] {
  // The plus sign keeps SQLite from using the index by expiry, which is useless because hardly any row has expired.
  const conditions: Condition[] = [["+expires_at > ?", new Date().toISOString()]];
  // If a task is given, every other index is useless too, because a project or an exchange has many more rejections.
  const sign = task_id === undefined ? "" : "+";
  for (const [name, value] of Object.entries(exact)) {
    if (value !== undefined) conditions.push([`${sign}${name} = ?`, value]);
  }
  // Rejections of REST requests are stored with an empty routing key and must not match.
  if (routing_key !== undefined)
    conditions.push([`${sign}routing_key = ? AND client_id IS NULL`, routing_key]);
  if (task_id !== undefined) {
    // `0` comes after `/` in ASCII, so the range contains exactly the ids that begin with the task id and a slash.
    const forms = taskIdForms(task_id);
    const ofTask = [
      `task_id IN (${forms.map(() => "?, ?").join(", ")})`,
      ...forms.map(() => "(task_id >= ? AND task_id < ?)"),
    ].join(" OR ");
    conditions.push([
      `(${ofTask})`,
      ...forms.flatMap((form) => [form, taskIdOf(form)]),
      ...forms.flatMap((form) => [`${form}/`, `${form}0`]),
    ]);
  }
  if (since !== undefined) conditions.push(["last_seen >= ?", since]);
  if (until !== undefined) conditions.push(["last_seen < ?", until]);
  // `g` comes after the hexadecimal digits in ASCII.
  if (id_prefix !== undefined) conditions.push(["id >= ? AND id < ?", id_prefix, `${id_prefix}g`]);
  return conditions;
}

function valuesOf(conditions: readonly Condition[]): unknown[] {
  return conditions.flatMap(([, ...values]) => values);
}

/** Returns the value of the column `doc` for a rejection. */
export function docOf({ fault, payload }: Pick<Rejection, "fault" | "payload">): string {
  return JSON.stringify({ fault, payload });
}

/** Returns the values of the columns `exchange`, `routing_key`, `origin`, `client_id` and `endpoint`. */
export function routeColumns(route: StoredRoute): readonly (string | null)[] {
  return route.origin === "rest"
    ? [storedSenderOf(route), "", "rest", route.client_id, route.endpoint]
    : [route.exchange, route.routing_key, "pulse", null, null];
}

function routeOf({ origin, exchange, routing_key, client_id, endpoint }: RejectionRow): StoredRoute {
  if (origin === "rest") return { origin, client_id: client_id ?? "", endpoint: endpoint ?? "" };
  return { origin: "pulse", exchange, routing_key };
}

/** Reads a row selected with {@link REJECTION_DOC}. */
export function toRejection(row: DocRow): StoredRejection {
  return readRejection<StoredRejection["payload"]>(row);
}

/** @typeParam Payload - the members of the payload that were selected. */
function readRejection<Payload>(row: DocRow) {
  const read = readDoc<RejectionRow>(row);
  const { id, project, task_id, first_seen, last_seen, count, expires_at } = read;
  const { fault, payload } = readDoc<Pick<StoredRejection, "fault"> & { readonly payload: Payload }>(read);
  const seen = { first_seen, last_seen, count, expires_at };
  return { id, fault, ...routeOf(read), project, task_id, payload, ...seen };
}
