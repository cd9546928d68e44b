import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { numberOf } from "../../src/domain/document-numbers.ts";
import { listedMembers } from "../../src/domain/listed-members.ts";
import type { JobSelection } from "../../src/store/ports/api-reads.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { Arrival } from "../../src/store/ports/submission-store.ts";
import { aClaim, anArrival } from "../examples.ts";
import type { Database, OpenEmpty } from "./empty-store.ts";

const minute = (n: number): string => `2026-01-05T10:${String(n).padStart(2, "0")}:00.000Z`;
const revision = (letter: string): string => letter.repeat(40);

/** Tests what every store promises about the lists of the read API. The tests share one database, and only read it. */
export function apiReadsContract(name: string, openEmpty: OpenEmpty): void {
  describe(`lists of the ${name} store`, () => {
    let database: Database;
    let store: Store;

    /** Returns job `n` of a project, which arrives in minute `n`. */
    const job = (project: string, n: number, overrides: Readonly<Record<string, unknown>> = {}): Arrival => {
      const origin = { kind: "hg.mozilla.org", project, revision: revision("ab"[n % 2] ?? "a") };
      const arrival = anArrival({ taskId: `task${n}/0`, origin, labels: [`label${n % 3}`], ...overrides });
      return { ...arrival, received_at: minute(n) };
    };
    const push = (project: string, letter: string, push_timestamp: number, author = "a@b") => {
      const row = { revision: revision(letter), author, comment: null, repository: "r" };
      const resultSet = { revision: row.revision, author, push_timestamp, revisions: [row] };
      return { project, resultSet, received_at: minute(0) };
    };

    beforeAll(async () => {
      database = await openEmpty();
      store = await database.open();
      await store.storeSubmissions(Array.from({ length: 10 }, (_, n) => job("try", n)));
      await store.storeSubmissions([
        job("try-else", 3, { labels: ["label0", "label9"] }),
        job("try0", 3, { labels: [] }),
        job("try", 20, { taskId: "other/0", coalesced: ["task4/0"] }),
      ]);
      await store.storeResultSets([push("try", "a", 5), push("try", "c", 9, "c@d"), push("try", "d", 7)]);
      await store.storeResultSets([push("try-else", "a", 6), push("never", "e", 1)]);
    });
    afterAll(async () => {
      await store.close();
      await database.remove();
    });

    const guids = async (handles: Awaited<ReturnType<Store["selectJobs"]>>): Promise<string[]> =>
      (await store.readJobs(handles)).map((listed) => listed.job.job_guid);
    const selected = async (selection: JobSelection, project: string | null = null) =>
      (await guids(await store.selectJobs(selection, project, 100))).toSorted();
    const task = (...numbers: readonly number[]): string[] => numbers.map((n) => `task${n}/0`);
    const numberIn = async (project: string, guid: string): Promise<number> =>
      (await store.findJob(project, guid))?.job.rest_id ?? 0;

    it("pages of a project contain each of its jobs once, and no job of a project whose name begins alike", async () => {
      const pages = await Promise.all([0, 4, 8, 12].map((skip) => store.pageOfProject("try", skip, 4)));
      expect(pages.map(({ length }) => length)).toEqual([4, 4, 3, 0]);
      expect((await guids(pages.flat())).toSorted()).toEqual([
        "other/0",
        ...task(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
      ]);
      expect(await store.pageOfProject("tr", 0, 4)).toEqual([]);
    });

    it("a selection has the same order as the pages, and no more jobs than requested", async () => {
      const all = await store.pageOfProject("try", 0, 100);
      const changed = await store.selectJobs(
        { by: "change", project: "try", from: minute(0), to: null },
        null,
        100,
      );
      expect(changed).toEqual(all);
      expect(
        await store.selectJobs({ by: "change", project: "try", from: minute(0), to: null }, null, 3),
      ).toHaveLength(3);
    });

    it("jobs are selected by their numbers", async () => {
      const [one, two] = [await numberIn("try", "task1/0"), await numberIn("try-else", "task3/0")];
      expect(await selected({ by: "number", numbers: [one, two, 12_345] })).toEqual(task(1, 3));
      expect(await selected({ by: "number", numbers: [one, two] }, "try-else")).toEqual(task(3));
      expect(await selected({ by: "number-range", first: one, last: one })).toEqual(task(1));
      expect(await selected({ by: "number", numbers: [] })).toEqual([]);
    });

    it("jobs are selected by guid and by task id", async () => {
      expect(await selected({ by: "guid", guids: ["task1/0", "task3/0", "task"] }, "try")).toEqual(
        task(1, 3),
      );
      expect(await selected({ by: "guid", guids: ["task3/0"] })).toEqual(task(3, 3, 3));
      expect(await selected({ by: "task", task: "task1" })).toEqual(task(1));
      expect(await selected({ by: "task", task: "task" })).toEqual([]);
    });

    it("a task is found by its slug and by its UUID, whichever form it was stored with", async () => {
      const [slug, uuid] = ["fJhBlPyZTLKrsXAv8oEXpQ", "7c984194-fc99-4cb2-abb1-702ff28117a5"];
      await store.storeSubmissions([
        job("forms", 0, { taskId: `${uuid}/0` }),
        job("forms", 1, { taskId: `${slug}/1` }),
      ]);
      for (const each of [slug, uuid, uuid.toUpperCase()]) {
        expect(await selected({ by: "task", task: each }, "forms")).toEqual([`${uuid}/0`, `${slug}/1`]);
      }
    });

    it("jobs are selected by push and by the time of their last change", async () => {
      const pushes = ["try/aaaaaaaaaaaa", "try-else/bbbbbbbbbbbb"];
      expect(await selected({ by: "push", pushes })).toEqual(["other/0", ...task(0, 2, 3, 4, 6, 8)]);
      const change = { by: "change", project: "try", from: minute(3), to: minute(5) } as const;
      expect(await selected(change)).toEqual(task(3, 4, 5));

      expect(await selected({ ...change, to: null }, "try")).toEqual([
        "other/0",
        ...task(3, 4, 5, 6, 7, 8, 9),
      ]);
      expect(await selected({ ...change, from: null })).toEqual(task(0, 1, 2, 3, 4, 5));
    });

    it("a job that a later message moves to another push is found there, at its new time", async () => {
      await store.storeSubmissions([job("moves", 0, { state: "running" })]);
      await store.storeSubmissions([{ ...job("moves", 1, { taskId: "task0/0" }), received_at: minute(40) }]);
      expect(await selected({ by: "push", pushes: ["moves/aaaaaaaaaaaa"] })).toEqual([]);
      expect(await selected({ by: "push", pushes: ["moves/bbbbbbbbbbbb"] })).toEqual(task(0));
      expect(await selected({ by: "change", project: "moves", from: minute(1), to: minute(39) })).toEqual([]);
      expect(await selected({ by: "change", project: "moves", from: minute(40), to: null })).toEqual(task(0));
    });

    it("a job is read with the number of its push and with the job that it was coalesced into", async () => {
      const handles = await store.selectJobs({ by: "guid", guids: task(4, 5) }, "try", 10);
      const read = await store.readJobs([...handles].reverse());
      const [five, four] = read[0]?.job.job_guid === "task5/0" ? read : read.toReversed();
      expect(four).toMatchObject({
        coalesced_to: "other/0",
        push: { rest_id: numberOf("try/aaaaaaaaaaaa") },
      });
      expect(four?.push?.revision).toBe(revision("a"));
      expect(five).toMatchObject({ coalesced_to: null, push: { revision: revision("b") } });
      expect(four?.job).toEqual((await store.findJob("try", "task4/0"))?.job);
      expect(await store.readJobs([...handles].reverse())).toEqual(
        (await store.readJobs(handles)).toReversed(),
      );
    });

    it("lists read only what they show of each job, and it equals that of the whole job", async () => {
      const handles = await store.selectJobs({ by: "guid", guids: task(4, 5) }, "try", 10);
      const whole = await store.readJobs(handles);
      const listed = await store.readListed(handles);
      expect(listed).toHaveLength(2);
      const shown = whole.map(({ job, ...others }) => {
        return { ...others, job: Object.fromEntries(listedMembers.map((member) => [member, job[member]])) };
      });
      expect(listed).toMatchObject(shown);
    });

    it("pushes are listed newest first, without skeletons, within a time range and by author", async () => {
      const list = async (query: Partial<Parameters<Store["listSubmittedPushes"]>[0]> = {}) =>
        (
          await store.listSubmittedPushes({
            ...{ project: "try", from: null, to: null, author: null, skip: 0, limit: 10 },
            ...query,
          })
        ).map((each) => each.revision[0]);
      expect(await list()).toEqual(["c", "d", "a"]);
      expect(await list({ skip: 1, limit: 1 })).toEqual(["d"]);
      expect(await list({ from: 7 })).toEqual(["c", "d"]);
      expect(await list({ from: 6, to: 7 })).toEqual(["d"]);
      expect(await list({ author: "a@b" })).toEqual(["d", "a"]);
      expect(await list({ author: "a@b", to: 5 })).toEqual(["a"]);
    });

    it("pushes are found by their numbers, including skeletons", async () => {
      const numbers = ["try/aaaaaaaaaaaa", "try0/bbbbbbbbbbbb", "try/unknown"].map(numberOf);
      const found = (await store.findPushes(numbers)).map(({ project, rest_id }) => [project, rest_id]);
      expect(found.toSorted()).toEqual([
        ["try", numbers[0]],
        ["try0", numbers[1]],
      ]);
    });

    it("projects are listed, including those without a job or without a submitted push", async () => {
      const listed = await store.listProjectNames(10);
      // Other tests may have stored these before.
      const always = listed.filter((each) => !["forms", "moves", "logs"].includes(each));
      expect(always).toEqual(["never", "try", "try-else", "try0"]);
      expect(await store.listProjectNames(2)).toHaveLength(2);
      expect(
        await Promise.all(["try", "try0", "tr", "", "never"].map((each) => store.hasProject(each))),
      ).toEqual([...[true, true, false, false, true]]);
    });

    it("each combination of options is listed once, except the empty one", async () => {
      const listed = await store.listOptionCollections(10);
      expect(listed.map(({ options }) => options.join()).toSorted()).toEqual([
        ...["label0", "label0,label9", "label1", "label2"],
      ]);
      expect(listed.map(({ hash }) => hash)).toEqual(listed.map(({ hash }) => hash).toSorted());
      const found = await store.findJob("try", "task1/0");
      expect(listed.find(({ options }) => options.join() === "label1")?.hash).toBe(
        found?.job.option_collection_hash,
      );
    });

    it("artifacts are listed in the order of arrival with their origins, and changed logs page by page", async () => {
      const logs = [0, 1, 2].map((n) => ({ name: "buildbot_text", url: `http://logs.example/${n}` }));
      const artifacts = ["x", "y"].map((each) => ({ name: each, type: "json", blob: {} }));
      const guid = "with-logs/0";
      await store.storeSubmissions([job("logs", 30, { taskId: guid, logs, jobInfo: { summary: "s" } })]);
      await store.storeSubmissions([
        { ...job("logs", 31, { taskId: "b/0", logs: logs.slice(0, 1), extra: { artifacts } }) },
      ]);
      const [item] = await store.claimWork(aClaim({ limit: 1 }));
      if (item === undefined) throw new Error("nothing was claimed");
      await store.finishWork(item, [{ name: "made", type: "json", blob: "[]" }]);
      const made = await store.listArtifacts("logs", item.job_guid);
      expect(made.at(-1)).toEqual({ name: "made", type: "json", made_by: "log" });
      expect(await store.listArtifacts("logs", "b/0")).toMatchObject([
        { name: "x", type: "json", made_by: "message" },
        { name: "y" },
      ]);
      const seen: string[] = [];
      for (let last = null as { last_modified: string; id: string } | null; ; ) {
        const page = await store.listChangedLogs(last, 2);
        seen.push(...page.map(({ job_guid, url }) => `${job_guid} ${url}`));
        const end = page.at(-1);
        if (end === undefined) break;
        last = { last_modified: end.last_modified, id: end.id };
      }
      expect(seen[0]).toBe(item.kind === "log" ? `${item.job_guid} ${item.url}` : "");
      expect(new Set(seen).size).toBe(4);
      expect(seen).toHaveLength(4);
    });
  });
}
