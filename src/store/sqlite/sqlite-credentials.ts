import type Database from "libsql";
import type { Credential } from "../ports/credential-store.ts";
import { inTransaction } from "./sqlite-database.ts";

type CredentialRow = Omit<Credential, "projects" | "authorized"> & {
  /** JSON; null for all projects. */
  readonly projects: string | null;
  readonly authorized: 0 | 1;
};

/** Stores the credentials of REST clients. The shape of rows is not checked, because only pulse-ingest writes the table. */
export function createCredentials(db: Database.Database) {
  const insert = db.prepare("INSERT OR IGNORE INTO credentials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const find = db.prepare("SELECT * FROM credentials WHERE client_id = ?");
  const list = db.prepare("SELECT * FROM credentials ORDER BY created_at DESC, client_id");
  const rotate = db.prepare("UPDATE credentials SET secret = ?, authorized = 1 WHERE client_id = ?");
  const revoke = db.prepare("UPDATE credentials SET authorized = 0 WHERE client_id = ?");
  const reseal = db.prepare("UPDATE credentials SET secret = ? WHERE client_id = ? AND secret = ?");
  const noteUse = db.prepare(
    `UPDATE credentials SET last_used_at = ?, last_used_from = ?
       WHERE client_id = ? AND (last_used_at IS NULL OR last_used_at < ?)`,
  );

  /** Runs one statement in its own transaction. Returns whether it changed a row. */
  function hasChanged(run: () => Database.RunResult): boolean {
    return inTransaction(db, () => run().changes > 0);
  }

  function addCredential(credential: Credential): boolean {
    const { client_id, secret, description, owner, created_at, last_used_at, last_used_from } = credential;
    const projects = credential.projects === null ? null : JSON.stringify(credential.projects);
    const isAuthorized = credential.authorized ? 1 : 0;
    return hasChanged(() =>
      insert.run(
        client_id,
        secret,
        projects,
        description,
        owner,
        isAuthorized,
        created_at,
        last_used_at,
        last_used_from,
      ),
    );
  }

  function findCredential(clientId: string): Credential | null {
    const row = find.get(clientId) as CredentialRow | undefined;
    return row === undefined ? null : toCredential(row);
  }

  function listCredentials(): Credential[] {
    return (list.all() as CredentialRow[]).map(toCredential);
  }

  return {
    addCredential,
    findCredential,
    listCredentials,
    rotateCredential: (clientId: string, secret: string) => hasChanged(() => rotate.run(secret, clientId)),
    revokeCredential: (clientId: string) => hasChanged(() => revoke.run(clientId)),
    resealCredential: (clientId: string, before: string, after: string) =>
      hasChanged(() => reseal.run(after, clientId, before)),
    noteCredentialUse: (clientId: string, at: string, from: string) =>
      void hasChanged(() => noteUse.run(at, from, clientId, at)),
  };
}

// Copies field by field, because the driver adds a member of its own to each row.
function toCredential(row: CredentialRow): Credential {
  const { client_id, secret, projects, description, owner, authorized, created_at } = row;
  return {
    ...{ client_id, secret, description, owner, created_at },
    ...{ last_used_at: row.last_used_at, last_used_from: row.last_used_from },
    projects: projects === null ? null : (JSON.parse(projects) as string[]),
    authorized: authorized === 1,
  };
}
