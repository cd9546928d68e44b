import { randomUUID } from "node:crypto";
import type Database from "libsql";
import { apartBy, jobId, jobKey, logId } from "../../domain/ids.ts";
import type { FinishedWork, WorkClaim, WorkCounts, WorkFailure, WorkItem } from "../ports/work-store.ts";
import { makerOf } from "../rules/explained-artifacts.ts";
import { type DocRow, readDoc, rowDoc } from "./row-doc.ts";
import { inTransaction } from "./sqlite-database.ts";

const TABLES = { log: "logs", suggestions: "suggestions" } as const;

const JOB = "(SELECT n FROM jobs WHERE key = ?)";
/** The condition for the row of an item while its lease is held. `keyOf` returns the parameters. */
const HELD = {
  log: `job = ${JOB} AND name = ? AND url = ? AND lease = ?`,
  suggestions: "id = ? AND lease = ?",
} as const;

function keyOf(item: WorkItem): string[] {
  if (item.kind === "suggestions") return [item.id, item.lease];
  return [jobKey(jobId(item.project, item.job_guid)), item.name, item.url, item.lease];
}

type LogItem = Extract<WorkItem, { kind: "log" }>;
type SuggestionsItem = Extract<WorkItem, { kind: "suggestions" }>;

/** The columns that a claim returns from both tables. */
const CLAIMED = {
  ...{ project: "project", job_guid: "guid", exchange: "exchange" },
  ...{ attempts: "attempts - 1", failure: "failure" },
};
const WORK_DOCS = {
  log: rowDoc({ ...CLAIMED, name: "name", url: "url" }),
  suggestions: rowDoc({ ...CLAIMED, id: "id", blob: "blob" }),
} as const;

/** Returns a statement that jumps from one exchange to the next in the index, so the amount of work does not matter. */
function prepareExchanges(db: Database.Database, kind: WorkItem["kind"]): Database.Statement {
  return db.prepare(
    `WITH RECURSIVE found (exchange) AS (
       SELECT min(exchange) FROM ${TABLES[kind]} WHERE next_attempt_at IS NOT NULL
       UNION ALL
       SELECT (SELECT min(work.exchange) FROM ${TABLES[kind]} AS work
         WHERE work.next_attempt_at IS NOT NULL AND work.exchange > found.exchange)
       FROM found WHERE found.exchange IS NOT NULL
     ) SELECT exchange FROM found WHERE exchange IS NOT NULL`,
  );
}

/** Returns two statements that claim work: of projects after a name in alphabetical order, and of projects up to that name. */
function prepareClaims(db: Database.Database, kind: WorkItem["kind"]) {
  const host = kind === "log" ? "AND host NOT IN (SELECT value FROM json_each(?4))" : "AND ?4 = ?4";
  const claim = (side: ">" | "<="): Database.Statement =>
    db.prepare(
      `UPDATE ${TABLES[kind]} SET lease = ?1, lease_until = ?2, attempts = attempts + 1 WHERE rowid IN (
         SELECT rowid FROM ${TABLES[kind]}
         WHERE exchange = ?5 AND project ${side} ?6 AND next_attempt_at <= ?3
           AND (lease_until IS NULL OR lease_until < ?3) ${host}
         ORDER BY project, next_attempt_at LIMIT ?7) RETURNING ${WORK_DOCS[kind]}`,
    );
  return { behind: claim(">"), before: claim("<=") };
}

/** Stores logs to read and suggestions to make. Each row has the time when it is due, and may be leased. */
export function createWork(db: Database.Database) {
  // An artifact of this name that is already stored is kept.
  const addArtifact = db.prepare(`INSERT OR IGNORE INTO artifacts VALUES (${JOB}, ?, ?, ?, ?, ?)`);
  const endLog = db.prepare(
    `UPDATE logs SET parse_status = 'parsed', failure = NULL, next_attempt_at = NULL, lease = NULL,
       lease_until = NULL, last_modified = ? WHERE ${HELD.log}`,
  );
  const endSuggestions = db.prepare(`DELETE FROM suggestions WHERE ${HELD.suggestions}`);

  const exchanges = { log: prepareExchanges(db, "log"), suggestions: prepareExchanges(db, "suggestions") };
  const claims = { log: prepareClaims(db, "log"), suggestions: prepareClaims(db, "suggestions") };

  function exchangesWithWork(kind: WorkItem["kind"]): string[] {
    const rows = exchanges[kind].all() as { exchange: string }[];
    return rows.map(({ exchange }) => exchange);
  }

  function claimWork({ kind, exchange, afterProject, limit, leaseMs, exceptHosts }: WorkClaim): WorkItem[] {
    const now = Date.now();
    const lease = randomUUID();
    const given = [
      lease,
      iso(now + leaseMs),
      iso(now),
      JSON.stringify(exceptHosts),
      exchange,
      afterProject,
      limit,
    ];
    const { behind, before } = claims[kind];
    const rows = inTransaction(db, () => {
      const next = behind.all(...given) as DocRow[];
      return next.length > 0 ? next : (before.all(...given) as DocRow[]);
    });
    if (kind === "suggestions") {
      return rows.map((row) => ({ ...readDoc<Omit<SuggestionsItem, "kind" | "lease">>(row), kind, lease }));
    }
    return rows.map((row) => {
      const log = readDoc<Omit<LogItem, "id" | "kind" | "lease">>(row);
      return { id: logId(log.project, log.job_guid, log.name, log.url), ...log, kind, lease };
    });
  }

  function finishItems(finished: readonly FinishedWork[]): boolean[] {
    return inTransaction(db, () => finished.map(finishItem));
  }

  function finishItem({ item, artifacts }: FinishedWork): boolean {
    const ended =
      item.kind === "log" ? endLog.run([iso(Date.now()), ...keyOf(item)]) : endSuggestions.run(keyOf(item));
    if (ended.changes === 0) return false;
    for (const artifact of artifacts) {
      const { name, type, blob } = artifact;
      const key = jobKey(jobId(item.project, item.job_guid));
      addArtifact.run([key, name, apartBy(artifact), makerOf(item), type, blob]);
    }
    return true;
  }

  function failWork(item: WorkItem, { reason, next_attempt_at, marksFailed }: WorkFailure): boolean {
    const status =
      item.kind === "log"
        ? `, last_modified = '${iso(Date.now())}'${marksFailed ? ", parse_status = 'failed'" : ""}`
        : "";
    const fail = db.prepare(
      `UPDATE ${TABLES[item.kind]} SET failure = ?, next_attempt_at = ?, lease = NULL, lease_until = NULL ${status}
         WHERE ${HELD[item.kind]}`,
    );
    return inTransaction(db, () => fail.run(reason, next_attempt_at, ...keyOf(item)).changes > 0);
  }

  function releaseWork(items: readonly WorkItem[], dueAt: string | null = null): void {
    inTransaction(db, () => {
      for (const item of items) {
        db.prepare(
          `UPDATE ${TABLES[item.kind]} SET lease = NULL, lease_until = NULL, attempts = attempts - 1,
             next_attempt_at = coalesce(?, next_attempt_at) WHERE ${HELD[item.kind]}`,
        ).run(dueAt, ...keyOf(item));
      }
    });
  }

  function countWork(): WorkCounts {
    const count = (from: string): number =>
      (db.prepare(`SELECT count(*) AS n FROM ${from}`).get() as { n: number }).n;
    return {
      logs: {
        pending: count("logs WHERE next_attempt_at IS NOT NULL"),
        failed: count("logs WHERE failure IS NOT NULL AND next_attempt_at IS NULL"),
      },
      suggestions: {
        pending: count("suggestions WHERE next_attempt_at IS NOT NULL"),
        failed: count("suggestions") - count("suggestions WHERE next_attempt_at IS NOT NULL"),
      },
    };
  }

  return {
    exchangesWithWork,
    claimWork,
    finishItems,
    failWork,
    releaseWork,
    countWork,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
