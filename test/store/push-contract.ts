import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { numberOf } from "../../src/domain/document-numbers.ts";
import type { ResultSet, ResultSetSubmission } from "../../src/domain/result-set.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { Arrival } from "../../src/store/ports/submission-store.ts";
import { anArrival } from "../examples.ts";
import type { Database, OpenEmpty } from "./empty-store.ts";

const { received_at } = anArrival();
const ARRIVED_SECONDS = Date.parse(received_at) / 1000;
const full = (letter: string): string => letter.repeat(40);
const short = (revision: string): string => revision.slice(0, 12);
const row = (revision: string, author = "a@b", comment: string | null = null) => {
  return { revision, author, comment, repository: "r" };
};
const pushOf = (revision: string, revisions: readonly string[], push_timestamp = 5, author = "a@b") => {
  return { revision, author, push_timestamp, revisions: revisions.map((each) => row(each, author)) };
};

/** Tests what every store promises about pushes: how a job's revision finds its push, and what a submitted push changes. */
export function pushContract(name: string, openEmpty: OpenEmpty): void {
  describe(`pushes in the ${name} store`, () => {
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

    let jobs = 0;
    /** Returns a job with this revision or hash. As over REST, the revision may be shorter than Pulse's schema allows. */
    const jobOf = (revision: string | null, revision_hash: string | null = null): Arrival => {
      const arrival = anArrival({ taskId: `job${jobs++}` });
      return { ...arrival, submission: { ...arrival.submission, project, revision, revision_hash } };
    };
    /** Stores a job of that revision, and returns the id of the push that it was attached to. */
    const attach = async (revision: string): Promise<string | undefined> => {
      const job = jobOf(revision);
      expect(await store.storeSubmissions([job])).toEqual([{ kind: "stored" }]);
      return (await store.findJob(project, job.submission.job.job_guid))?.job.result_set;
    };
    const submit = async (...pushes: readonly ResultSetSubmission[]) => {
      const batch = pushes.map((resultSet) => ({ project, resultSet, received_at }));
      return (await store.storeResultSets(batch)).map(({ kind }) => kind);
    };
    const find = (revision: string): Promise<ResultSet | null> => store.findResultSet(project, revision);
    const idOf = (revision: string) => `${project}/${short(revision)}`;
    const [a, b, c] = [full("a"), full("b"), full("c")];

    for (const given of [a, short(a)]) {
      story(
        `a job with ${given.length} characters of an unknown revision creates a skeleton with as many`,
        async () => {
          expect(await attach(given)).toBe(idOf(a));
          expect(await find(a)).toEqual({
            ...{ project, revision: given, short_revision: short(a), revision_hash: given, revisions: [] },
            rest_id: numberOf(idOf(a)),
            ...{ author: "pending...", push_timestamp: 0, active_status: "active" },
            order_at: ARRIVED_SECONDS,
            last_modified: received_at,
          });
        },
      );
    }

    story("another job of the same revision uses the same skeleton", async () => {
      expect(await attach(a)).toBe(await attach(a));
      expect(await find(a)).toMatchObject({ author: "pending...", revision: a });
    });

    story("a job with 12 characters uses a skeleton with 40, which keeps them", async () => {
      await attach(a);
      expect(await attach(short(a))).toBe(idOf(a));
      expect(await find(short(a))).toMatchObject({ revision: a });
    });

    story("a job with all 40 characters uses a skeleton with 12, and lengthens it", async () => {
      await attach(short(a));
      expect(await attach(a)).toBe(idOf(a));
      expect(await find(short(a))).toMatchObject({ revision: a, push_timestamp: 0 });
    });

    for (const given of [a, short(a)]) {
      story(
        `a submitted push completes its skeleton with ${given.length} characters, and the job stays attached`,
        async () => {
          const attachedTo = await attach(given);
          const push = { ...pushOf(a, [b, a]), revision_hash: "hash" };
          expect(await submit(push)).toEqual(["stored"]);
          expect(await submit(push)).toEqual(["unchanged"]);
          expect(await find(a)).toMatchObject({
            author: "a@b",
            push_timestamp: 5,
            revision: a,
            revision_hash: "hash",
          });
          expect((await find(a))?.revisions).toEqual([row(b), row(a)]);
          expect(idOf(a)).toBe(attachedTo);
        },
      );
    }

    story("a job finds a complete push by any of its revisions, with 12 or 40 characters", async () => {
      await submit(pushOf(b, [a, b]));
      for (const given of [a, short(a), b, short(b)]) expect(await attach(given)).toBe(idOf(b));
      expect(await find(short(a))).toMatchObject({ revision: b });
    });

    story("a job with all 40 characters finds a push whose revisions were submitted with 12", async () => {
      await submit(pushOf(b, [short(a), b]));
      expect(await attach(a)).toBe(idOf(b));
    });

    story("a complete push does not change if it is submitted again with other contents", async () => {
      await submit(pushOf(a, [a]));
      const before = await find(a);
      const other = { ...pushOf(a, [b, c, a], 9, "other"), active_status: "hidden", revision_hash: "x" };
      expect(await submit(other)).toEqual(["unchanged"]);
      expect(await find(a)).toEqual(before);
      expect(await find(b)).toBeNull();
    });

    story("a job finds a complete push without rows by its top revision", async () => {
      await submit(pushOf(a, []));
      for (const given of [a, short(a)]) expect(await attach(given)).toBe(idOf(a));
      expect(await find(a)).toMatchObject({ author: "a@b", push_timestamp: 5 });
    });

    story(
      "a job with all 40 characters lengthens a push with 12, which keeps its author and time",
      async () => {
        await submit(pushOf(short(a), [short(a)]));
        expect(await attach(a)).toBe(idOf(a));
        expect(await find(a)).toMatchObject({ revision: a, author: "a@b", push_timestamp: 5 });
      },
    );

    story("a submitted push replaces one with 12 characters, but the first rows stay", async () => {
      await submit(pushOf(short(a), [short(b), short(a)], 5, "first"));
      await submit(pushOf(a, [c, a], 9, "second"));
      expect(await find(a)).toMatchObject({ revision: a, author: "second", push_timestamp: 9 });
      expect((await find(a))?.revisions).toEqual([row(short(b), "first"), row(c, "second"), row(a, "first")]);
    });

    for (const again of [pushOf(short(a), [b, short(a)]), pushOf(a, [a], 0)]) {
      story(
        `a push with ${again.revision.length} characters and time ${again.push_timestamp} does not change if it is submitted again`,
        async () => {
          expect(await submit(again)).toEqual(["stored"]);
          const before = await find(a);
          const later = { project, resultSet: again, received_at: "2026-01-05T11:00:00.000Z" };
          expect(await store.storeResultSets([later, later])).toEqual(Array(2).fill({ kind: "unchanged" }));
          expect(await find(a)).toEqual(before);
          expect(await submit({ ...again, author: "another" })).toEqual(["stored"]);
          expect(await find(a)).toMatchObject({ author: "another" });
        },
      );
    }

    story("a revision in several pushes belongs to the push with the earliest time", async () => {
      await submit(pushOf(c, [a, c], 9));
      await submit(pushOf(b, [a, b], 7));
      expect(await attach(a)).toBe(idOf(b));
      expect(await find(a)).toMatchObject({ revision: b });
    });

    story(
      "two pushes that are written at the same time both keep a revision that they share, as if written one after the other",
      async () => {
        await submit(pushOf(b, [a, b], 7), pushOf(c, [a, c], 9));
        expect((await find(b))?.revisions).toEqual([row(a), row(b)]);
        expect((await find(c))?.revisions).toEqual([row(a), row(c)]);
        expect(await attach(a)).toBe(idOf(b));
      },
    );

    story("a push that occurs twice in one batch keeps its revisions", async () => {
      expect(await submit(pushOf(b, [a, b]), pushOf(b, [a, b]))).toEqual(["stored", "unchanged"]);
      expect((await find(b))?.revisions).toEqual([row(a), row(b)]);
    });

    story("pushes of several projects in one batch have nothing in common", async () => {
      const other = `${project}-other`;
      const unnamed = { push_timestamp: 5, revisions: [] };
      await store.storeResultSets([{ project: other, resultSet: pushOf(b, [a, b], 7), received_at }]);
      const outcomes = await store.storeResultSets([
        { project, resultSet: pushOf(b, [a, b], 5), received_at },
        { project: other, resultSet: pushOf(b, [b], 5), received_at },
        { project: other, resultSet: pushOf(c, [a, c], 5), received_at },
        { project, resultSet: unnamed, received_at },
      ]);
      expect(outcomes).toMatchObject([
        { kind: "stored" },
        { kind: "unchanged" },
        { kind: "stored" },
        { kind: "rejected", fault: { reason: "unusable-field", pointer: "/revisions" } },
      ]);
      expect((await find(b))?.revisions).toEqual([row(a), row(b)]);
      expect(await store.findResultSet(other, b)).toMatchObject({ push_timestamp: 7 });
    });

    story(
      "a push whose hash another push already has is not created, but a push without a hash is",
      async () => {
        await submit({ ...pushOf(a, [a]), revision_hash: "hash" });
        const same = { project, resultSet: { ...pushOf(b, [b]), revision_hash: "hash" }, received_at };
        expect(await store.storeResultSets([same])).toEqual([{ kind: "unchanged", keptPush: a }]);
        expect(await submit(pushOf(c, [c]))).toEqual(["stored"]);
        expect(await find(b)).toBeNull();
      },
    );

    story(
      "workers that submit the same pushes at the same time store each of them once and completely",
      async () => {
        const others = await Promise.all([database.open(), database.open()]);
        const revisions = Array.from({ length: 8 }, (_, n) => full(n.toString(16)));
        const batch = revisions.map((revision) => ({
          ...{ project, resultSet: pushOf(revision, [revision]), received_at },
        }));
        const skeletons = revisions.slice(4).map((revision) => jobOf(short(revision)));
        const [outcomes] = await Promise.all([
          Promise.all([store, ...others].map((worker) => worker.storeResultSets(batch))),
          store.storeSubmissions(skeletons),
        ]);
        await Promise.all(others.map((each) => each.close()));
        for (const at of revisions.keys()) expect(outcomes.map((each) => each[at]?.kind)).toContain("stored");
        for (const revision of revisions) {
          expect(await find(revision)).toMatchObject({ revision, author: "a@b", revisions: [row(revision)] });
        }
      },
    );

    story(
      "a revision keeps the author and comment of its first submission, even in other pushes",
      async () => {
        await submit(pushOf(b, [a, b], 7, "first"));
        await submit(pushOf(c, [a, c], 9, "second"));
        expect((await find(c))?.revisions).toEqual([row(a, "first"), row(c, "second")]);
      },
    );

    story("a revision that a push lists is found before the top revision of a skeleton", async () => {
      expect(await attach(a)).toBe(idOf(a));
      await submit(pushOf(b, [a, b]));
      expect(await attach(a)).toBe(idOf(b));
    });

    story(
      "a push without a revision is named by its last row, and missing fields have defaults",
      async () => {
        await submit({ push_timestamp: 5, revisions: [row(b), row(a)] });
        expect(await find(a)).toMatchObject({
          ...{ revision: a, short_revision: short(a), revision_hash: a },
          ...{ author: "unknown@somewhere.com", active_status: "active", push_timestamp: 5 },
        });
      },
    );

    story("revisions are case-sensitive: an upper-case one creates a skeleton of its own", async () => {
      await attach(a);
      expect(await attach(a.toUpperCase())).toBe(idOf(a.toUpperCase()));
    });

    story(
      "full revisions with the same 12 characters are different, unless one is the top of a push",
      async () => {
        const alike = short(a) + "f".repeat(28);
        await submit(pushOf(b, [a, b]));
        expect(await attach(alike)).toBe(idOf(alike));
        expect(await attach(a)).toBe(idOf(b));
        expect(await attach(short(b) + "f".repeat(28))).toBe(idOf(b));
        expect(await find(b)).toMatchObject({ revision: b });
      },
    );

    story("a push of another project is not found", async () => {
      await submit(pushOf(b, [a, b]));
      project = `${project}-other`;
      expect(await attach(a)).toBe(idOf(a));
    });

    story("a job with an unknown hash, or without hash and revision, is rejected", async () => {
      for (const job of [jobOf(null, "f".repeat(40)), jobOf(null)]) {
        expect(await store.storeSubmissions([job])).toMatchObject([
          { kind: "rejected", fault: { reason: "unknown-revision-hash", project } },
        ]);
      }
    });

    story("a job finds its push by its hash, but only if it has no revision", async () => {
      await submit({ ...pushOf(b, [a, b]), revision_hash: "f".repeat(40) });
      const byHash = jobOf(null, "f".repeat(40));
      await store.storeSubmissions([byHash]);
      expect((await store.findJob(project, byHash.submission.job.job_guid))?.job.result_set).toBe(idOf(b));
      const both = jobOf(c, "f".repeat(40));
      await store.storeSubmissions([both]);
      expect((await store.findJob(project, both.submission.job.job_guid))?.job.result_set).toBe(idOf(c));
    });

    story("jobs of one batch share the push that one of them creates or lengthens", async () => {
      const batch = [jobOf(short(a)), jobOf(a), jobOf(short(a))];
      expect((await store.storeSubmissions(batch)).map(({ kind }) => kind)).toEqual(Array(3).fill("stored"));
      expect(await find(a)).toMatchObject({ revision: a });
    });

    story(
      "workers that write a revision with 12 and with 40 characters at the same time leave it with 40",
      async () => {
        const others = await Promise.all([database.open(), database.open()]);
        const revisions = Array.from({ length: 10 }, (_, n) => full(n.toString(16)));
        await Promise.all(
          [store, ...others].map((worker, n) =>
            worker.storeSubmissions(revisions.map((revision) => jobOf(n === 1 ? revision : short(revision)))),
          ),
        );
        await Promise.all(others.map((each) => each.close()));
        for (const revision of revisions) expect(await find(revision)).toMatchObject({ revision });
      },
    );

    story("a revision on GitHub may have any characters, and is found again", async () => {
      for (const odd of [
        "\u0000".repeat(40),
        `a/%${"😀".repeat(37)}`,
        `${"x".repeat(11)}😀${"y".repeat(28)}`,
      ]) {
        const id = await attach(odd);
        await submit(pushOf(odd, [odd]));
        expect(await attach(odd)).toBe(id);
        expect(await find([...odd].slice(0, 12).join(""))).toMatchObject({ revision: odd, author: "a@b" });
      }
    });
  });
}
