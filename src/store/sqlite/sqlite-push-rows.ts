import type Database from "libsql";
import type { ResultSet } from "../../domain/result-set.ts";
import { revisionKeys } from "../rules/find-push.ts";

/** Returns a function that writes a push and the keys of its revisions. A push that is already stored keeps its number. */
export function createPushWriter(db: Database.Database): (id: string, push: ResultSet) => void {
  const putPush = db.prepare(
    `INSERT INTO resultsets (id, project, revision_hash, rest_id, order_at, author, changed, doc)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET revision_hash = excluded.revision_hash, order_at = excluded.order_at,
         author = excluded.author, changed = excluded.changed, doc = excluded.doc`,
  );
  const putKey = db.prepare("INSERT OR IGNORE INTO revision_keys VALUES (?, ?)");

  return (id, push) => {
    const { project, revision_hash, rest_id, order_at, author, last_modified } = push;
    const doc = JSON.stringify(push);
    putPush.run([id, project, revision_hash, rest_id, order_at, author, last_modified, doc]);
    for (const key of revisionKeys(push)) putKey.run([key, id]);
  };
}
