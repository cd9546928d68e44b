import type Database from "libsql";
import { projectKey } from "../../domain/ids.ts";
import type { StoredRejection } from "../../domain/rejection.ts";
import type { Copied, CopiedKind, CopyQuery } from "../ports/copy-store.ts";
import { mergeQuota, mergeRejection } from "../rules/merge-copy.ts";
import { quotaId } from "../rules/plan-rejections.ts";
import { type DocRow, rowDoc } from "./row-doc.ts";
import {
  type Copier,
  finder,
  insertOnly,
  lister,
  ROWS_AT_ONCE,
  readAs,
  type WalkedCopier,
  writeUnlessLater,
} from "./sqlite-copier.ts";
import { docOf, REJECTION_DOC, routeColumns, toRejection } from "./sqlite-rejections.ts";

/** Copies all documents other than jobs, their parts, and pushes. */
export function createRecordCopiers(db: Database.Database) {
  return {
    options: createOptionsCopier(db),
    coalesced: createCoalescedCopier(db),
    rejection: createRejectionCopier(db),
    quota: createQuotaCopier(db),
    binding: createBindingCopier(db),
    suspect: createSuspectCopier(db),
    credential: createCredentialCopier(db),
    nonce: createNonceCopier(db),
  };
}

/** Returns a function that lists rows by a unique text column. */
function byColumn(db: Database.Database, table: string, column: string): WalkedCopier<CopiedKind>["places"] {
  const list = lister(
    db,
    `SELECT ${column} AS place FROM ${table} WHERE ${column} > ? ORDER BY ${column} LIMIT ${ROWS_AT_ONCE}`,
  );
  return (_query, after) => list(after);
}

/** Returns a function that finds the stored form of a document. */
function storedFinder<K extends CopiedKind>({ rowOf, toCopy }: Pick<Copier<K>, "rowOf" | "toCopy">) {
  return (document: Parameters<Copier<K>["rowOf"]>[0]): Copied<K> | null => {
    const row = rowOf(document);
    return row === undefined ? null : toCopy(row);
  };
}

function createOptionsCopier(db: Database.Database): WalkedCopier<"options"> {
  const at = finder(
    db,
    `SELECT ${rowDoc({ hash: "hash", options: "json(options)" })} FROM option_collections WHERE hash = ?`,
  );
  const add = db.prepare("INSERT OR IGNORE INTO option_collections VALUES (?, ?)");
  return {
    places: byColumn(db, "option_collections", "hash"),
    rowAt: at,
    rowOf: ({ hash }) => at(hash),
    toCopy: readAs("options"),
    write: insertOnly(({ hash, options }) => add.run(hash, JSON.stringify(options))),
  };
}

function createCoalescedCopier(db: Database.Database): WalkedCopier<"coalesced"> {
  const list = lister(
    db,
    `SELECT id AS place FROM coalesced WHERE id > ?1 AND (?2 IS NULL OR (id >= ?2 || '/' AND id < ?2 || '0'))
       ORDER BY id LIMIT ${ROWS_AT_ONCE}`,
  );
  const at = finder(db, `SELECT ${rowDoc({ id: "id", into_guid: "into_guid" })} FROM coalesced WHERE id = ?`);
  const put = db.prepare("INSERT OR REPLACE INTO coalesced VALUES (?, ?)");
  const rows = {
    rowOf: ({ id }: { readonly id: string }) => at(id),
    toCopy: readAs("coalesced"),
  };
  return {
    places: ({ project }, after) => list(after, project === null ? null : projectKey(project)),
    rowAt: at,
    ...rows,
    write: writeUnlessLater(storedFinder(rows), ({ id, into_guid }) => put.run(id, into_guid).changes > 0),
  };
}

function createRejectionCopier(db: Database.Database): WalkedCopier<"rejection"> {
  const list = lister(
    db,
    `SELECT id AS place FROM rejections WHERE id > ?1 AND (?2 IS NULL OR project = ?2)
       AND (?3 IS NULL OR last_seen >= ?3) AND expires_at > ?4 ORDER BY id LIMIT ${ROWS_AT_ONCE}`,
  );
  const at = finder(db, `SELECT ${REJECTION_DOC} FROM rejections WHERE id = ?`);
  const put = db.prepare(
    `INSERT OR REPLACE INTO rejections (id, exchange, routing_key, origin, client_id, endpoint, project, task_id, reason,
       first_seen, last_seen, count, expires_at, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const rows = {
    rowOf: ({ id }: { readonly id: string }) => at(id),
    toCopy(row: DocRow): Copied<"rejection"> {
      const rejection = toRejection(row);
      return { kind: "rejection", id: rejection.id, rejection };
    },
  };

  function putRejection(rejection: StoredRejection): boolean {
    const { id, project, task_id, fault, first_seen, last_seen, count, expires_at } = rejection;
    const columns = [project, task_id, fault.reason, first_seen, last_seen, count, expires_at];
    return put.run(id, ...routeColumns(rejection), ...columns, docOf(rejection)).changes > 0;
  }

  return {
    places: ({ project, since }: CopyQuery, after) => list(after, project, since, new Date().toISOString()),
    rowAt: at,
    ...rows,
    write: writeUnlessLater(storedFinder(rows), ({ rejection }, before) =>
      putRejection(before === null ? rejection : mergeRejection(rejection, before.rejection)),
    ),
  };
}

function createQuotaCopier(db: Database.Database): WalkedCopier<"quota"> {
  const at = finder(
    db,
    `SELECT ${rowDoc({ day: "day", exchange: "exchange", kept: "kept", bytes: "bytes", only_counted: "only_counted" })}
       FROM rejection_quotas WHERE id = ?`,
  );
  const put = db.prepare(
    `INSERT OR REPLACE INTO rejection_quotas (id, day, exchange, kept, bytes, only_counted) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const rows = {
    rowOf: (use: { readonly day: string; readonly exchange: string }) => at(quotaId(use)),
    toCopy: readAs("quota"),
  };
  return {
    places: byColumn(db, "rejection_quotas", "id"),
    rowAt: at,
    ...rows,
    write: writeUnlessLater(storedFinder(rows), (use, before) => {
      const { day, exchange, kept, bytes, only_counted } = before === null ? use : mergeQuota(use, before);
      return put.run(quotaId(use), day, exchange, kept, bytes, only_counted).changes > 0;
    }),
  };
}

function createBindingCopier(db: Database.Database): WalkedCopier<"binding"> {
  const list = lister(
    db,
    `SELECT json_array(queue, exchange, routing_key) AS place FROM bindings
       WHERE (queue, exchange, routing_key) > (?1 ->> 0, ?1 ->> 1, ?1 ->> 2)
       ORDER BY queue, exchange, routing_key LIMIT ${ROWS_AT_ONCE}`,
  );
  const columns = rowDoc({
    ...{ queue: "queue", exchange: "exchange", routing_key: "routing_key" },
    wanted: "json(wanted)",
  });
  const named = finder(
    db,
    `SELECT ${columns} FROM bindings WHERE queue = ?1 ->> 0 AND exchange = ?1 ->> 1 AND routing_key = ?1 ->> 2`,
  );
  const add = db.prepare("INSERT OR IGNORE INTO bindings VALUES (?, ?, ?, ?)");
  return {
    places: (_query, after) => list(after === "" ? '["","",""]' : after),
    rowAt: named,
    rowOf: ({ queue, exchange, routing_key }) => named(JSON.stringify([queue, exchange, routing_key])),
    toCopy: readAs("binding"),
    write: insertOnly(({ queue, exchange, routing_key, wanted }) =>
      add.run(queue, exchange, routing_key, JSON.stringify(wanted)),
    ),
  };
}

function createSuspectCopier(db: Database.Database): WalkedCopier<"suspect"> {
  const columns = rowDoc({ key: "hash", attempts: "attempts", last_seen: "last_seen" });
  const at = finder(db, `SELECT ${columns} FROM suspects WHERE hash = ?`);
  const put = db.prepare("INSERT OR REPLACE INTO suspects VALUES (?, ?, ?)");
  const rows = { rowOf: ({ key }: { readonly key: string }) => at(key), toCopy: readAs("suspect") };
  return {
    places: byColumn(db, "suspects", "hash"),
    rowAt: at,
    ...rows,
    write: writeUnlessLater(
      storedFinder(rows),
      ({ key, attempts, last_seen }) => put.run(key, attempts, last_seen).changes > 0,
    ),
  };
}

function createCredentialCopier(db: Database.Database): WalkedCopier<"credential"> {
  const credential = `json_object('client_id', client_id, 'secret', secret, 'projects', json(projects),
    'description', description, 'owner', owner, 'authorized', json(iif(authorized, 'true', 'false')),
    'created_at', created_at, 'last_used_at', last_used_at, 'last_used_from', last_used_from)`;
  const at = finder(
    db,
    `SELECT ${rowDoc({ client_id: "client_id", credential })} FROM credentials WHERE client_id = ?`,
  );
  const add = db.prepare("INSERT OR IGNORE INTO credentials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  return {
    places: byColumn(db, "credentials", "client_id"),
    rowAt: at,
    rowOf: ({ client_id }) => at(client_id),
    toCopy: readAs("credential"),
    write: insertOnly(({ client_id, credential: { secret, projects, description, owner, ...rest } }) => {
      const { authorized, created_at, last_used_at, last_used_from } = rest;
      const used = [created_at, last_used_at, last_used_from];
      const scope = projects === null ? null : JSON.stringify(projects);
      return add.run(client_id, secret, scope, description, owner, authorized ? 1 : 0, ...used);
    }),
  };
}

function createNonceCopier(db: Database.Database): WalkedCopier<"nonce"> {
  const list = lister(
    db,
    `SELECT id AS place FROM nonces WHERE id > ? AND expires_at > ? ORDER BY id LIMIT ${ROWS_AT_ONCE}`,
  );
  const columns = rowDoc({
    ...{ id: "id", client_id: "client_id", counted_as: "counted_as", at: "at", expires_at: "expires_at" },
  });
  const at = finder(db, `SELECT ${columns} FROM nonces WHERE id = ?`);
  const add = db.prepare("INSERT OR IGNORE INTO nonces VALUES (?, ?, ?, ?, ?)");
  return {
    places: (_query, after) => list(after, Date.now()),
    rowAt: at,
    rowOf: ({ id }) => at(id),
    toCopy: readAs("nonce"),
    write: insertOnly((nonce) =>
      add.run(nonce.id, nonce.client_id, nonce.counted_as, nonce.at, nonce.expires_at),
    ),
  };
}
