import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { jobId } from "../../../src/domain/ids.ts";
import { createArtifacts } from "../../../src/store/mongodb/mongodb-artifacts.ts";
import { createClaims } from "../../../src/store/mongodb/mongodb-claims.ts";
import { below, type Collections, collectionsOf } from "../../../src/store/mongodb/mongodb-collections.ts";
import { createIndexes } from "../../../src/store/mongodb/mongodb-indexes.ts";
import { createReads } from "../../../src/store/mongodb/mongodb-reads.ts";
import { createRetention } from "../../../src/store/mongodb/mongodb-retention.ts";
import { createWork } from "../../../src/store/mongodb/mongodb-work.ts";
import { createWrites } from "../../../src/store/mongodb/mongodb-writes.ts";
import type { ExpiryQuery } from "../../../src/store/ports/retention-store.ts";
import { LogRoom } from "../../../src/store/rules/log-room.ts";
import { interruptedCollections } from "../../doubles/interrupted-collections.ts";
import { aClaim, anArrival, aPostedArtifact, overRest, REVISION } from "../../examples.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";

// The machine may be slow under load.
jest.setTimeout(180_000);
const mongodb = await serverOrSkip(sharedMongodb);

const OLD = "2026-01-01T10:00:00.000Z";
const YOUNG = "2026-01-05T10:00:00.000Z";
const GUID = "guid/0";
const COMMANDS = 40;

/** The stored part of the job: its state and version, and the names of its parts. Null if nothing is stored. */
type Found = readonly [state: string, version: number, ...parts: string[]] | null;

interface Scenario {
  readonly what: string;
  /** The work that a worker does on the job. */
  readonly act: (all: Collections, project: string) => Promise<unknown>;
  /** All final states that the job may have. In each of them it is whole. */
  readonly ends: readonly Found[];
}

const arrival = (project: string, received_at: string, overrides: Readonly<Record<string, unknown>>) => {
  const origin = { kind: "hg.mozilla.org", project, revision: REVISION };
  const pulse = { kind: "pulse", exchange: project, routingKey: "k", redelivered: false } as const;
  return { ...anArrival({ taskId: GUID, origin, ...overrides }), origin: pulse, received_at };
};
const artifacts = (...names: string[]) => ({
  extra: { artifacts: names.map((name) => ({ name, type: "json", blob: {} })) },
});
const store = (all: Collections) => createWrites(all, new LogRoom(1000, () => 0));

/** The old job: it runs, and has a log and an artifact. */
const before = (project: string) =>
  arrival(project, OLD, {
    ...{ state: "running", result: undefined, logs: [{ name: "buildbot_text", url: "http://logs/1" }] },
    ...artifacts("first"),
  });
const WHOLE = ["buildbot_text", "first"] as const;

const scenarios: readonly Scenario[] = [
  {
    what: "a message that moves it",
    act: (all, project) =>
      store(all).storeSubmissions([arrival(project, YOUNG, artifacts("first", "second"))]),
    ends: [
      ["completed", 2, ...WHOLE, "second"],
      ["completed", 1, "first", "second"],
    ],
  },
  {
    what: "a late message that adds to it",
    act: (all, project) =>
      store(all).storeSubmissions([
        arrival(project, YOUNG, { state: "pending", result: undefined, ...artifacts("first", "second") }),
      ]),
    // If it is removed after the message, the message had not changed it.
    ends: [["running", 1, ...WHOLE, "second"], ["pending", 1, "first", "second"], null],
  },
  {
    what: "an artifact that is posted for it",
    act: (all, project) =>
      createArtifacts(all).storeArtifacts([aPostedArtifact({ project, job_guid: GUID })]),
    ends: [["running", 1, ...WHOLE, "posted"], null],
  },
  {
    what: "an artifact that is made from its log",
    async act(all, project) {
      const [item] = await createClaims(all).claimWork(aClaim({ exchange: project }));
      if (item === undefined) return;
      await createWork(all).finishItems([{ item, artifacts: [{ name: "made", type: "json", blob: "{}" }] }]);
    },
    ends: [["running", 1, ...WHOLE, "made"], null],
  },
];

mongodb.describe(`a job that is removed on ${mongodb.name}`, () => {
  let client: MongoClient;
  let all: Collections;
  beforeAll(async () => {
    client = new MongoClient(mongodb.server().url, { retryWrites: false });
    all = collectionsOf(client.db(`races-${randomUUID()}`));
    await createIndexes(all);
  });
  afterAll(async () => {
    await client.db(all.jobs.dbName).dropDatabase();
    await client.close();
  });

  async function remove(by: Collections, project: string): Promise<void> {
    const query: ExpiryQuery = { project, finishedBefore: YOUNG, unfinishedBefore: YOUNG };
    const { findExpiredJobs, removeJobs } = createRetention(by);
    const { jobs } = await findExpiredJobs(query, null, 10);
    await removeJobs(jobs);
  }

  async function found(project: string): Promise<Found> {
    const id = jobId(project, GUID);
    const view = await createReads(all).findJob(project, GUID);
    const parts = { _id: below(id) };
    const [logs, its, work, stones] = await Promise.all([
      all.logs.find(parts).toArray(),
      all.artifacts.find(parts).toArray(),
      all.suggestions.countDocuments(parts),
      all.tombstones.countDocuments({ _id: id, removed_at: { $exists: true } }),
    ]);
    const names = [...logs, ...its].map(({ name }) => name).toSorted();
    expect([work, stones]).toEqual([0, 0]);
    if (view === null) {
      // Nothing is left of a removed job.
      expect(names).toEqual([]);
      return null;
    }
    return [view.job.state, view.job.version, ...names];
  }

  /**
   * Lets one worker do its work again and again, each time on another job, and lets the other worker do all of its work before the
   * first worker's command number 0, 1, 2 and so on. Returns all final states that were seen.
   */
  async function ends(
    first: (by: Collections, project: string) => Promise<unknown>,
    second: (by: Collections, project: string) => Promise<unknown>,
  ): Promise<readonly Found[]> {
    const seen = new Map<string, Found>();
    for (let at = 0; at < COMMANDS; at++) {
      const project = `p${randomUUID().slice(0, 8)}`;
      await store(all).storeSubmissions([before(project)]);
      let command = 0;
      let hasRun = false;
      const by = interruptedCollections(all, async () => {
        if (command++ !== at) return;
        hasRun = true;
        await second(all, project);
      });
      await first(by, project);
      if (!hasRun) return [...seen.values()];
      const end = await found(project);
      seen.set(JSON.stringify(end), end);
    }
    throw new Error(`more than ${COMMANDS} commands`);
  }

  for (const { what, act, ends: possible } of scenarios) {
    it(`is whole or gone after ${what}, at whichever command the removal interrupts`, async () => {
      const seen = await ends(act, remove);
      expect(possible).toEqual(expect.arrayContaining([...seen]));
      expect(seen.length).toBeGreaterThan(0);
    });

    it(`is whole or gone after ${what}, at whichever command that interrupts the removal`, async () => {
      const seen = await ends(remove, act);
      expect(possible).toEqual(expect.arrayContaining([...seen]));
    });
  }

  it("is removed by the next worker that finds it if the removal dies at any command, and its message is stored as new", async () => {
    for (let at = 0; at < COMMANDS; at++) {
      const project = `p${randomUUID().slice(0, 8)}`;
      await store(all).storeSubmissions([before(project)]);
      let command = 0;
      const dead = interruptedCollections(all, async () => {
        if (command++ >= at) throw new Error("killed");
      });
      const isKilled = await remove(dead, project).then(
        () => false,
        () => true,
      );
      // For readers, the job exists either as a whole or not at all.
      const view = await createReads(all).findJob(project, GUID);
      if (view !== null) expect([view.artifacts, view.logs.length]).toEqual([["first"], 1]);
      if (at % 2 === 0) {
        await store(all).storeSubmissions([arrival(project, YOUNG, artifacts("first"))]);
        expect(await found(project)).toEqual(
          view === null ? ["completed", 1, "first"] : ["completed", 2, ...WHOLE],
        );
      } else {
        await remove(all, project);
        await createRetention(all).finishRemovals();
        expect(await found(project)).toBeNull();
      }
      if (!isKilled) return;
    }
    throw new Error(`more than ${COMMANDS} commands`);
  });

  it("keeps its push if another job is attached to it during the removal; otherwise the second check removes the push", async () => {
    const [kept, gone] = ["kept", "gone"];
    const mark = new Date(Date.now() - 10 * 60_000).toISOString();
    for (const project of [kept, gone]) {
      await store(all).storeSubmissions([before(project)]);
      await remove(all, project);
      expect(await createRetention(all).removePushes(project, YOUNG, null, 10)).toEqual({
        removed: 0,
        next: null,
      });
    }
    expect(await all.resultsets.countDocuments({ leaving_since: { $gt: "" } })).toBe(2);
    await all.resultsets.updateMany({}, { $set: { leaving_since: mark } });
    // A worker that has read the push before it was marked has stored its job by now; one that reads it now removes the mark.
    await store(all).storeSubmissions([arrival(kept, YOUNG, {})]);
    for (const [project, removed] of [
      [kept, 0],
      [gone, 1],
    ] as const) {
      expect(await createRetention(all).removePushes(project, YOUNG, null, 10)).toMatchObject({ removed });
    }
    expect(await createReads(all).findResultSet(kept, REVISION)).not.toBeNull();
    expect(await createReads(all).findResultSet(gone, REVISION)).toBeNull();
  });

  it("keeps no artifact under its old guid if one is posted while a retry renames it", async () => {
    for (let at = 0; at < COMMANDS; at++) {
      const project = `p${randomUUID().slice(0, 8)}`;
      const named = (guid: string, overrides: Readonly<Record<string, unknown>>) => {
        const { submission, ...rest } = overRest(arrival(project, YOUNG, overrides));
        return { ...rest, submission: { ...submission, job: { ...submission.job, job_guid: guid } } };
      };
      await store(all).storeSubmissions([named("job", { state: "running", result: undefined })]);
      const [posted, paused] = [signal(), signal()];
      let command = 0;
      // The retry has completed one of its commands while the artifact is written.
      const renaming = interruptedCollections(all, async () => {
        if (command++ !== at) return;
        paused.give();
        await posted.given;
      });
      let commands = 0;
      let renamed: Promise<unknown> | null = null;
      // The job has been read, and the artifact is not written yet.
      const posting = interruptedCollections(all, async () => {
        if (commands++ !== 2) return;
        renamed = store(renaming).storeSubmissions([named("job_12345", { isRetried: true })]);
        await Promise.race([renamed, paused.given]);
      });
      await createArtifacts(posting).storeArtifacts([aPostedArtifact({ project, job_guid: "job" })]);
      posted.give();
      await renamed;
      const names = async (guid: string) => (await createReads(all).findJob(project, guid))?.artifacts;
      expect(await names("job")).toBeUndefined();
      await store(all).storeSubmissions([named("job", { state: "pending", result: undefined })]);
      expect([at, await names("job")]).toEqual([at, []]);
      if (command <= at) return;
    }
    throw new Error(`more than ${COMMANDS} commands`);
  });
});

/** A signal that one worker waits for, and another one gives. */
function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}
