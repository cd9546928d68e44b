import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { ExpiryQuery } from "../../src/store/ports/retention-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { Arrival } from "../../src/store/ports/submission-store.ts";
import { aClaim, anArrival, aPostedArtifact, aRejection, REVISION } from "../examples.ts";
import type { Database, OpenEmpty } from "./empty-store.ts";
import { removeExpired } from "./remove-expired.ts";

const OLD = "2026-01-01T10:00:00.000Z";
const OLDER = "2025-12-01T10:00:00.000Z";
const YOUNG = "2026-01-05T10:00:00.000Z";
const nothing = { jobs: 0, artifacts: 0, logs: 0, suggestions: 0, coalesced: 0 };
const unfinished = { state: "running", result: undefined };
const logs = [{ name: "buildbot_text", url: "http://logs/1" }];
const summary = { name: "text_log_summary", type: "json", blob: { logname: "x" } };

/** Tests what every store promises about removing old documents. */
export function retentionContract(name: string, openEmpty: OpenEmpty): void {
  describe(`retention in the ${name} store`, () => {
    let database: Database;
    let store: Store;
    // All tests share one database, and each has a project of its own.
    let project = "";
    let stories = 0;
    beforeAll(async () => {
      database = await openEmpty();
      store = await database.open();
    });
    afterAll(async () => {
      await store.close();
      await database.remove();
    });
    const story = (title: string, tell: () => Promise<void>): void => {
      it(title, async () => {
        project = `p${stories++}`;
        await tell();
      });
    };

    const at = (
      received_at: string,
      guid: string,
      overrides: Readonly<Record<string, unknown>> = {},
    ): Arrival => {
      const origin = { kind: "hg.mozilla.org", project, revision: REVISION };
      return { ...anArrival({ taskId: guid, origin, ...overrides }), received_at };
    };
    /** A job with everything that may belong to a job. */
    const aWholeJob = (received_at: string, guid: string): Arrival =>
      at(received_at, guid, {
        logs: [...logs, { name: "other", url: "http://logs/2" }],
        coalesced: [`in-${guid}`],
        extra: { artifacts: [{ name: "posted", type: "json", blob: {} }, summary] },
      });
    const query = (overrides: Partial<ExpiryQuery> = {}): ExpiryQuery => {
      return { project, finishedBefore: YOUNG, unfinishedBefore: "2025-12-31T10:00:00.000Z", ...overrides };
    };
    const stateOf = async (guid: string) => (await store.findJob(project, guid))?.job.state ?? null;
    /** Counts what is stored in all projects. A test that leaves nothing behind ends with the counts that it began with. */
    const counts = async () => {
      const { jobs, artifacts, logs: its, suggestions, coalesced } = await store.countDocuments();
      return { jobs, artifacts, logs: its, suggestions, coalesced };
    };

    story(
      "completed jobs are removed by the time of their last change, others after twice that time",
      async () => {
        await store.storeSubmissions([
          at(OLD, "old/0"),
          at(YOUNG, "young/0"),
          at(OLD, "running/0", unfinished),
          at(OLDER, "lost/0", unfinished),
          at(OLDER, "older/0"),
          // Its first message is old, but its last change is not.
          at(OLDER, "moved/0", unfinished),
          at(YOUNG, "moved/0"),
          at(OLDER, "foreign/0", {
            origin: { kind: "hg.mozilla.org", project: "other", revision: REVISION },
          }),
        ]);
        expect(await store.countExpired(query())).toMatchObject({ jobs: 3, oldest_kept: OLD });
        expect(await removeExpired(store, query(), 1)).toMatchObject({ jobs: 3 });
        const names = ["old/0", "young/0", "running/0", "lost/0", "older/0", "moved/0"];
        expect(await Promise.all(names.map(stateOf))).toEqual([
          ...[null, "completed", "running", null, null, "completed"],
        ]);
        expect(await store.findJob("other", "foreign/0")).not.toBeNull();
        expect(await store.countExpired(query())).toMatchObject({ jobs: 0, oldest_kept: OLD });
        expect(await removeExpired(store, query())).toMatchObject(nothing);
      },
    );

    story("everything that belongs to a job is removed, and nothing of others", async () => {
      const before = await counts();
      await store.storeSubmissions([aWholeJob(OLD, "old/0"), aWholeJob(YOUNG, "young/0")]);
      await store.storeSubmissions([at(OLD, "in-old/0", unfinished)]);
      expect(await store.countExpired(query())).toMatchObject({ jobs: 1, artifacts: 2, logs: 2, pushes: 0 });
      const young = await store.findJobsByGuid("young/0");
      expect(await removeExpired(store, query())).toEqual({
        ...{ jobs: 1, artifacts: 2, logs: 2, suggestions: 1, coalesced: 0 },
        logUrls: ["http://logs/1", "http://logs/2"],
      });
      expect(await store.findJobsByGuid("young/0")).toEqual(young);
      expect(await store.findArtifact(project, "old/0", "posted")).toBeNull();
      const left = await store.listLogs({ project, limit: 10 });
      expect(left.map(({ job_guid }) => job_guid)).toEqual(["young/0", "young/0"]);
      // The coalesced mark is removed with the job that has it, not with the job that it names.
      expect((await store.findJob(project, "in-old/0"))?.coalesced_to).toBe("old/0");
      const later = {
        finishedBefore: "2026-02-01T00:00:00.000Z",
        unfinishedBefore: "2026-02-01T00:00:00.000Z",
      };
      await removeExpired(store, query(later));
      expect(await counts()).toEqual({ ...before, coalesced: (before.coalesced ?? 0) + 1 });
    });

    story("a job that has changed since it was found stays, with everything that belongs to it", async () => {
      await store.storeSubmissions([at(OLDER, "a/0", { ...unfinished, logs })]);
      const { jobs } = await store.findExpiredJobs(query(), null, 10);
      expect(jobs).toMatchObject([{ last_modified: OLDER, version: 1 }]);
      await store.storeSubmissions([at(OLD, "a/0")]);
      const before = await store.findJobsByGuid("a/0");
      expect(await store.removeJobs(jobs)).toEqual({ ...nothing, handled: 1, logUrls: [] });
      const after = (await store.findJobsByGuid("a/0")).filter(({ job }) => job.project === project);
      expect(after).toMatchObject([{ job: { state: "completed" }, logs: [{}] }]);
      expect(before).toEqual(expect.arrayContaining(after));
    });

    story("a job that arrives again after its removal is stored as new", async () => {
      await store.storeSubmissions([aWholeJob(OLD, "b/0")]);
      const first = await store.findJob(project, "b/0");
      await removeExpired(store, query());
      const posted = aPostedArtifact({ project, job_guid: "b/0" });
      expect(await store.storeArtifacts([posted])).toMatchObject([{ fault: { reason: "unknown-job" } }]);
      expect(await store.storeSubmissions([aWholeJob(OLD, "b/0")])).toEqual([{ kind: "stored" }]);
      expect(await store.findJob(project, "b/0")).toMatchObject({
        job: { rest_id: first?.job.rest_id, version: 1 },
        artifacts: ["posted", "text_log_summary"],
        logs: [{}, {}],
      });
    });

    story("work in progress for a removed job ends without leaving anything", async () => {
      const before = await counts();
      const exchange = `exchange/${project}`;
      const origin = { kind: "pulse", exchange, routingKey: "k", redelivered: false } as const;
      const jobs = [at(OLD, "log/0", { logs }), at(OLD, "summary/0", { extra: { artifacts: [summary] } })];
      await store.storeSubmissions(jobs.map((arrival) => ({ ...arrival, origin })));
      const claimed = [
        ...(await store.claimWork(aClaim({ exchange }))),
        ...(await store.claimWork(aClaim({ exchange, kind: "suggestions" }))),
      ];
      expect(claimed.map(({ kind }) => kind)).toEqual(["log", "suggestions"]);
      expect(await removeExpired(store, query())).toMatchObject({ jobs: 2, logs: 1, suggestions: 1 });
      for (const item of claimed) {
        expect(await store.finishWork(item, [{ name: "made", type: "json", blob: "{}" }])).toBe(false);
      }
      expect(await counts()).toEqual(before);
    });

    story("a removed job is gone for every reader", async () => {
      await store.storeSubmissions([aWholeJob(OLD, "c/0")]);
      const number = (await store.findJob(project, "c/0"))?.job.rest_id ?? 0;
      const handles = await store.pageOfProject(project, 0, 10);
      await removeExpired(store, query());
      expect(await store.findJob(project, "c/0")).toBeNull();
      expect(await store.findJobsByGuid("c/0")).toEqual([]);
      expect(await store.readJobs(handles)).toEqual([]);
      expect(await store.pageOfProject(project, 0, 10)).toEqual([]);
      expect(await store.selectJobs({ by: "number", numbers: [number] }, null, 10)).toEqual([]);
      const push = `${project}/${REVISION.slice(0, 12)}`;
      expect((await store.listCells({ result_set: push, limit: 10 })).cells).toEqual([]);
      const origin = { kind: "rest", clientId: "c", endpoint: `/api/project/${project}/jobs/` } as const;
      expect(await store.setJobState(project, number, "running", OLD, origin)).toBe("unknown");
    });

    story("many jobs are removed page by page, while some among them stay", async () => {
      const hour = (n: number): string => new Date(Date.parse(OLDER) + n * 3_600_000).toISOString();
      await store.storeSubmissions(
        Array.from({ length: 60 }, (_, n) => at(hour(n), `many/${n}`, n % 3 === 0 ? unfinished : {})),
      );
      const asked = query({ unfinishedBefore: hour(9) });
      expect(await store.countExpired(asked)).toMatchObject({ jobs: 43 });
      expect(await removeExpired(store, asked, 7)).toMatchObject({ jobs: 43 });
      expect(await store.pageOfProject(project, 0, 100)).toHaveLength(17);
    });

    story("a push stays if it has jobs or was submitted recently, however old it is itself", async () => {
      const [posted = "", withJob = ""] = ["b", "c"].map((letter) => letter.repeat(40));
      const submit = (revision: string, received_at: string) =>
        store.storeResultSets([
          { project, resultSet: { revision, push_timestamp: 5, revisions: [] }, received_at },
        ]);
      await submit(posted, YOUNG);
      await submit(withJob, OLD);
      const origin = { kind: "hg.mozilla.org", project, revision: withJob };
      await store.storeSubmissions([at(YOUNG, "young/0", { origin }), at(OLD, "old/0")]);
      // The push of the old job would be removed together with it.
      expect(await store.countExpired(query())).toMatchObject({ jobs: 1, pushes: 1 });
      await removeExpired(store, query());
      for (let after: string | null = null; ; ) {
        const { next } = await store.removePushes(project, YOUNG, after, 1);
        if (next === null) break;
        after = next;
      }
      const kept = await store.findResultSets(project, [posted, withJob]);
      expect(kept.map(({ revision }) => revision).toSorted()).toEqual([posted, withJob]);
    });

    story("rejections and nonces are removed when they have expired", async () => {
      const received_at = "2020-01-01T00:00:00.000Z";
      await store.recordRejections([aRejection("kept"), aRejection("old", { received_at })]);
      const now = Math.trunc(Date.now() / 1000);
      const use = (ts: number) => ({ client_id: "c", nonce: "n", ts, at: ts * 1000, counted: null });
      for (const ts of [now, now - 1000, now - 2000]) await store.useNonce(use(ts));
      for (const kind of ["rejections", "nonces"] as const) {
        // A server may have removed them by itself in the meantime.
        while ((await store.removeOutdated(kind, 1)) > 0);
        expect(await store.countOutdated(kind)).toBe(0);
      }
      expect((await store.countDocuments())["rejections"]).toBe(1);
      expect(await store.useNonce(use(now))).toEqual({ kind: "used" });
      expect((await store.countDocuments())["nonces"] ?? 1).toBe(1);
    });
  });
}
