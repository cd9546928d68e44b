import { randomUUID } from "node:crypto";
import type Database from "libsql";
import type { Bug } from "../../domain/bug.ts";
import { inTransaction } from "./sqlite-database.ts";

/** Stores the bug cache. Each replacement of the whole cache gets a new version, so that readers read it again. */
export function createBugs(db: Database.Database) {
  function replaceBugs(bugs: readonly Bug[]): void {
    inTransaction(db, () => {
      db.exec("DELETE FROM bugs");
      const put = db.prepare("INSERT OR REPLACE INTO bugs VALUES (?, ?)");
      for (const bug of bugs) put.run(bug.id, JSON.stringify(bug));
      db.prepare("INSERT OR REPLACE INTO versions VALUES ('bugs', ?)").run(randomUUID());
    });
  }

  function bugsVersion(): string | null {
    const row = db.prepare("SELECT version FROM versions WHERE name = 'bugs'").get() as
      | { version: string }
      | undefined;
    return row?.version ?? null;
  }

  function readBugs(afterId: number, limit: number): Bug[] {
    const rows = db.prepare("SELECT doc FROM bugs WHERE id > ? ORDER BY id LIMIT ?").all(afterId, limit) as {
      doc: string;
    }[];
    return rows.map(({ doc }) => JSON.parse(doc) as Bug);
  }

  return { replaceBugs, bugsVersion, readBugs };
}
