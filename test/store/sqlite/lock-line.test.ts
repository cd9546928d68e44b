import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type Database from "libsql";
import { Unavailable } from "../../../src/domain/faults.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import type { WorkItem } from "../../../src/store/ports/work-store.ts";
import { openStoreDatabase } from "../../../src/store/sqlite/sqlite-database.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { holdLock } from "../../doubles/hold-lock.ts";
import { aClaim, anArrival, aRejection, restOrigin } from "../../examples.ts";
import { until } from "../../until.ts";

describe("a store whose file another process has locked", () => {
  let folder: string;
  let store: Store;
  let release: () => Promise<void>;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "locked-"));
    store = await openSqliteStore(folder, 30);
    release = async () => undefined;
  });
  afterEach(async () => {
    await release();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** Returns the error of a writer, or null if the file is not locked. */
  function lockOf(db: Database.Database): unknown {
    try {
      db.exec("BEGIN IMMEDIATE; ROLLBACK");
      return null;
    } catch (error) {
      return error;
    }
  }

  /** Returns all calls that write. */
  function allWrites(item: WorkItem): Record<string, () => Promise<unknown>> {
    const bindings = [{ exchange: "e", routing_key: "k" }];
    const claim = { by: "w", at: "2026-01-05T10:00:00.000Z" };
    const failure = { reason: "x", next_attempt_at: null, marksFailed: true };
    return {
      storeSubmissions: () => store.storeSubmissions([anArrival({ taskId: "other/0" })]),
      storeResultSets: () => store.storeResultSets([]),
      storeArtifacts: () => store.storeArtifacts([]),
      setJobState: () => store.setJobState("try", 1, "running", "2026-01-05T10:00:00.000Z", restOrigin),
      recordRejections: () => store.recordRejections([aRejection("x")]),
      resolveRejections: () => store.resolveRejections([]),
      noteBindings: () => store.noteBindings("q", bindings, claim),
      releaseBindings: () => store.releaseBindings("q", bindings, "w"),
      forgetBindings: () => store.forgetBindings("q", bindings),
      claimWork: () => store.claimWork(aClaim({ kind: "suggestions" })),
      finishWork: () => store.finishWork(item, []),
      failWork: () => store.failWork(item, failure),
      releaseWork: () => store.releaseWork([item]),
      reparseLogs: () => store.reparseLogs({ limit: 1 }),
      replaceBugs: () => store.replaceBugs([]),
      enterSuspects: () => store.enterSuspects(["h"]),
      clearSuspects: () => store.clearSuspects(["h"]),
      ping: () => store.ping(),
    };
  }

  async function aClaimedLog(): Promise<WorkItem> {
    await store.storeSubmissions([anArrival({ logs: [{ name: "buildbot_text", url: "http://logs/1" }] })]);
    const [item] = await store.claimWork(aClaim());
    if (item === undefined) throw new Error("there is no log to claim");
    return item;
  }

  it("answers reads, writes when the lock has ended, and does not block the event loop", async () => {
    const item = await aClaimedLog();
    release = await holdLock(folder);
    // No call gives up, however long this machine pauses.
    const clock = jest.spyOn(performance, "now").mockReturnValue(0);
    const done: string[] = [];
    const writes = Object.entries(allWrites(item)).map(async ([name, write]) => {
      await write();
      done.push(name);
    });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    expect(await store.findJob("try", "guid/0")).toMatchObject({ job: { state: "completed" } });
    expect(await store.findJob("try", "other/0")).toBeNull();
    await until(() => ticks > 20);
    expect(done).toEqual([]);
    await release();
    await Promise.all(writes);
    clock.mockRestore();
    clearInterval(timer);
    expect(await store.findJob("try", "other/0")).toMatchObject({ job: { state: "completed" } });
  });

  it("is opened when the lock has ended, and does not block the event loop until then", async () => {
    const other = mkdtempSync(join(tmpdir(), "locked-new-"));
    release = await holdLock(other);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    let isOpen = false;
    const opening = openSqliteStore(other, 30).finally(() => {
      isOpen = true;
    });
    await until(() => ticks > 20);
    expect(isOpen).toBe(false);
    clearInterval(timer);
    await release();
    await (await opening).close();
    rmSync(other, { recursive: true });
  });

  it("leaves no unfinished statement behind, so that others can write", async () => {
    const item = await aClaimedLog();
    const other = openStoreDatabase(join(folder, "pulse-ingest.db"));
    for (const [name, write] of Object.entries(allWrites(item))) {
      other.exec("BEGIN IMMEDIATE");
      const writing = write();
      // By then it has found the lock.
      await wait(10);
      other.exec("COMMIT");
      await writing;
      expect({ name, locked: lockOf(other) }).toEqual({ name, locked: null });
    }
    other.close();
  });

  it("counts as unavailable after some time, and may be tried again soon", async () => {
    release = await holdLock(folder);
    const error: unknown = await store.ping().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Unavailable);
    expect(error).toMatchObject({ message: "store unavailable: database is locked", askAgainMs: 250 });
    await release();
    await store.ping();
  });

  it("rejects waiting calls when it is closed", async () => {
    release = await holdLock(folder);
    const waiting = store.ping();
    await store.close();
    await expect(waiting).rejects.toThrow("it has been closed");
    await release();
  });
});
