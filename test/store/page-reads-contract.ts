import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { CELL } from "../../src/domain/job-cell.ts";
import type {
  CellPlace,
  GridCell,
  PushPlace,
  PushQuery,
  SimilarJob,
} from "../../src/store/ports/page-reads.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { Arrival, ResultSetArrival } from "../../src/store/ports/submission-store.ts";
import { gridCell } from "../../src/store/rules/grid-cell.ts";
import { anArrival, overRest } from "../examples.ts";
import type { Database, OpenEmpty } from "./empty-store.ts";

const FIRST_SECONDS = Date.parse("2026-01-05T10:00:00Z") / 1000;
const revisionOf = (push: number): string => push.toString(16).padStart(12, "0").padEnd(40, "0");
/** The time of minute `n`, as it is stored. */
const minute = (n: number): string => new Date((FIRST_SECONDS + n * 60) * 1000).toISOString();

/** Tests what every store promises to pages: which projects, pushes and jobs it lists, in which order, page by page. */
export function pageReadsContract(name: string, openEmpty: OpenEmpty): void {
  describe(`the lists of the ${name} store for pages`, () => {
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

    const aPush = (push: number, push_timestamp: number, author = "a@b"): ResultSetArrival => {
      const revision = revisionOf(push);
      const row = { revision, author, comment: null, repository: "r" };
      return {
        ...{ project, received_at: minute(0) },
        resultSet: { revision, author, push_timestamp, revisions: [row] },
      };
    };
    /** Returns a job of a push that arrives in minute `n`. */
    const aJob = (
      guid: string,
      push: number,
      n: number,
      overrides: Readonly<Record<string, unknown>> = {},
    ): Arrival => {
      const origin = { kind: "hg.mozilla.org", project, revision: revisionOf(push) };
      return { ...anArrival({ taskId: guid, origin, ...overrides }), received_at: minute(n) };
    };
    const idOf = (push: number): string => `${project}/${revisionOf(push).slice(0, 12)}`;

    /** Reads all pages of a list of pushes, and returns their ids. */
    async function pagesOf(query: Partial<PushQuery> = {}): Promise<string[][]> {
      const pages: string[][] = [];
      for (let before: PushPlace | null = null; ; ) {
        const asked = { project, limit: 2, ...query, ...(before === null ? {} : { before }) };
        const page = await store.listPushes(asked);
        pages.push(page.pushes.map(({ id }) => id));
        if (page.next === null) return pages;
        before = page.next;
      }
    }

    const cellsAfter = (push: number, after?: CellPlace, limit = 100) =>
      store.listCells({ result_set: idOf(push), limit, ...(after === undefined ? {} : { after }) });
    const guidsOf = (cells: readonly GridCell[]): string[] => cells.map(({ cell }) => cell[CELL.guid]);

    story("projects are listed by name with their newest push, even those with only skeletons", async () => {
      const names = Array.from({ length: 100 }, (_, n) => `many-${String(n).padStart(3, "0")}`);
      await store.storeResultSets(
        names.flatMap((each, n) => [
          { ...aPush(2 * n, 1000 + n), project: each },
          { ...aPush(2 * n + 1, 5), project: each },
        ]),
      );
      // As over REST, the name may have any characters.
      const other = "skeleton's % / own";
      const { submission, ...rest } = aJob("alone/0", 1, 3);
      await store.storeSubmissions([{ ...rest, submission: { ...submission, project: other } }]);
      // The other tests store their projects into the same database.
      const own = (await store.listProjects()).filter((each) => [...names, other].includes(each.project));
      expect(own).toEqual([
        ...names.map((each, n) => ({ project: each, newest_order_at: 1000 + n })),
        { project: other, newest_order_at: FIRST_SECONDS + 180 },
      ]);
    });

    story("pushes are listed newest first; those of the same second by their ids", async () => {
      await store.storeResultSets([aPush(1, 50), aPush(2, 70), aPush(3, 50), aPush(4, 60), aPush(5, 50)]);
      const ids = [2, 4, 5, 3, 1].map(idOf);
      expect(await pagesOf({ limit: 5 })).toEqual([ids]);
      expect(await pagesOf({ limit: 4 })).toEqual([ids.slice(0, 4), ids.slice(4)]);
      expect((await pagesOf({ limit: 2 })).flat()).toEqual(ids);
      expect((await pagesOf({ limit: 1 })).flat()).toEqual(ids);
      const [first] = (await store.listPushes({ project, limit: 1 })).pushes;
      const stored = await store.findResultSet(project, revisionOf(2));
      expect(first).toEqual({ ...stored, id: idOf(2), order_at: 70, is_skeleton: false });
    });

    story(
      "a project without pushes has an empty page, and so has the position after the last push",
      async () => {
        expect(await store.listPushes({ project, limit: 10 })).toEqual({ pushes: [], next: null });
        await store.storeResultSets([aPush(1, 50)]);
        const before = { order_at: 50, id: idOf(1) };
        expect(await store.listPushes({ project, limit: 10, before })).toEqual({ pushes: [], next: null });
      },
    );

    story(
      "a skeleton is listed by the arrival of its first job, and by its own time once it is submitted",
      async () => {
        await store.storeResultSets([aPush(1, FIRST_SECONDS + 100)]);
        await store.storeSubmissions([aJob("a/0", 2, 3)]);
        await store.storeSubmissions([aJob("b/0", 2, 9)]);
        const [skeleton, other] = (await store.listPushes({ project, limit: 10 })).pushes;
        expect(skeleton).toMatchObject({ id: idOf(2), is_skeleton: true, order_at: FIRST_SECONDS + 180 });
        expect(other).toMatchObject({ id: idOf(1), is_skeleton: false });

        await store.storeResultSets([aPush(2, FIRST_SECONDS + 90)]);
        const { pushes } = await store.listPushes({ project, limit: 10 });
        expect(pushes.map(({ id }) => id)).toEqual([idOf(1), idOf(2)]);
        expect(pushes[1]).toMatchObject({ is_skeleton: false, order_at: FIRST_SECONDS + 90, author: "a@b" });
      },
    );

    story("a push that is submitted without a time is listed by its arrival", async () => {
      await store.storeResultSets([aPush(1, 0)]);
      await store.storeSubmissions([aJob("a/0", 2, 4)]);
      await store.storeResultSets([{ ...aPush(2, 0), received_at: minute(9) }]);
      const { pushes } = await store.listPushes({ project, limit: 10 });
      expect(pushes.map(({ id, order_at, is_skeleton }) => [id, order_at, is_skeleton])).toEqual([
        [idOf(2), FIRST_SECONDS + 240, false],
        [idOf(1), FIRST_SECONDS, false],
      ]);
    });

    story("pushes are limited to a time range, both ends included", async () => {
      await store.storeResultSets([1, 2, 3, 4, 5].map((n) => aPush(n, n * 10)));
      expect((await pagesOf({ since: 20, until: 40 })).flat()).toEqual([4, 3, 2].map(idOf));
      expect((await pagesOf({ since: 41 })).flat()).toEqual([idOf(5)]);
      expect((await pagesOf({ until: 10 })).flat()).toEqual([idOf(1)]);
      expect((await pagesOf({ since: 60 })).flat()).toEqual([]);
    });

    story(
      "an author's pushes are found among 2,000; then the page ends, and the next one continues",
      async () => {
        const batch = Array.from({ length: 2100 }, (_, n) =>
          aPush(n, 10_000 - n, [0, 5, 2050].includes(n) ? "me" : "a@b"),
        );
        await store.storeResultSets(batch);
        expect(await pagesOf({ author: "me", limit: 10 })).toEqual([[idOf(0), idOf(5)], [idOf(2050)]]);
        expect(await pagesOf({ author: "me", limit: 1 })).toEqual([[idOf(0)], [idOf(5)], [idOf(2050)]]);
        expect((await pagesOf({ author: "nobody" })).flat()).toEqual([]);
      },
    );

    story(
      "the jobs of a push are listed by their last change, with what the grid shows of them",
      async () => {
        const labels = ["opt", "e10s"];
        await store.storeSubmissions([
          aJob("late/0", 1, 5, { labels, timeStarted: "2026-01-05T09:00:00Z", tier: 2 }),
          aJob("early/0", 1, 2, { state: "pending" }),
          aJob("b/0", 1, 3),
          aJob("a/0", 1, 3),
          aJob("elsewhere/0", 2, 4),
        ]);
        const { cells, next } = await cellsAfter(1);
        expect(guidsOf(cells).filter((guid) => !["a/0", "b/0"].includes(guid))).toEqual([
          "early/0",
          "late/0",
        ]);
        expect(guidsOf(cells).slice(1, 3).toSorted()).toEqual(["a/0", "b/0"]);
        expect(cells.map(({ changed }) => changed)).toEqual([2, 3, 3, 5].map(minute));
        for (const { cell, coalesced } of cells) {
          const view = await store.findJob(project, cell[CELL.guid]);
          expect(view && gridCell(view.job)).toEqual(cell);
          expect(coalesced).toBe(false);
        }
        expect(cells[3]?.cell[CELL.options]).toEqual(["e10s", "opt"]);
        expect(next).toEqual({ changed: minute(5), id: cells[3]?.id });
        expect(await cellsAfter(1, next)).toEqual({ cells: [], next });
        expect(await cellsAfter(3)).toEqual({ cells: [], next: { changed: "", id: null } });
      },
    );

    story("pages of jobs neither repeat nor omit a job, even within the same moment", async () => {
      const guids = Array.from({ length: 7 }, (_, n) => `job${n}/0`);
      await store.storeSubmissions(guids.map((guid, n) => aJob(guid, 1, n < 5 ? 1 : 2)));
      const seen: string[] = [];
      for (let after: CellPlace = { changed: "", id: null }; ; ) {
        const page = await cellsAfter(1, after, 2);
        if (page.cells.length === 0) break;
        seen.push(...guidsOf(page.cells));
        after = page.next;
      }
      expect(seen.toSorted()).toEqual(guids);
      const sinceSecond = await cellsAfter(1, { changed: minute(2), id: null });
      expect(guidsOf(sinceSecond.cells).toSorted()).toEqual(["job5/0", "job6/0"]);
    });

    story("a job that changes between two pages is returned again at the end", async () => {
      await store.storeSubmissions(
        ["a/0", "b/0", "c/0"].map((guid, n) => aJob(guid, 1, n, { state: "running" })),
      );
      const first = await cellsAfter(1, undefined, 2);
      await store.storeSubmissions([aJob("a/0", 1, 7, { result: "fail" })]);
      const second = await cellsAfter(1, first.next, 2);
      expect(guidsOf([...first.cells, ...second.cells])).toEqual(["a/0", "b/0", "c/0", "a/0"]);
      const [before, after] = [first.cells[0]?.cell, second.cells[1]?.cell];
      expect([before?.[CELL.state], after?.[CELL.state]]).toEqual(["running", "completed"]);
      expect([before?.[CELL.version], after?.[CELL.version]]).toEqual([1, 2]);
      expect(after?.[CELL.result]).toBe("testfailed");
    });

    story("a job that moves to another push is listed there, and no longer in the first one", async () => {
      await store.storeSubmissions([aJob("moves/0", 1, 1, { state: "running" }), aJob("stays/0", 1, 1)]);
      await store.storeSubmissions([aJob("moves/0", 2, 3)]);
      expect(guidsOf((await cellsAfter(1)).cells)).toEqual(["stays/0"]);
      expect(guidsOf((await cellsAfter(2)).cells)).toEqual(["moves/0"]);
    });

    story("jobs stay with their skeleton when it is submitted", async () => {
      await store.storeSubmissions([aJob("a/0", 1, 1)]);
      const before = await cellsAfter(1);
      await store.storeResultSets([aPush(1, 5)]);
      expect(await cellsAfter(1)).toEqual(before);
      expect(before.cells).toHaveLength(1);
    });

    story("a job is marked as coalesced as long as it is not completed", async () => {
      await store.storeSubmissions([
        aJob("a/0", 1, 1, { state: "pending" }),
        aJob("b/0", 1, 2, { state: "pending" }),
        aJob("winner/0", 1, 3, { coalesced: ["a/0"] }),
      ]);
      const shown = async () =>
        (await cellsAfter(1)).cells.map(({ cell, coalesced }) => [cell[CELL.guid], coalesced]);
      expect(await shown()).toEqual([
        ["a/0", true],
        ["b/0", false],
        ["winner/0", false],
      ]);
      await store.storeSubmissions([aJob("a/0", 1, 4)]);
      expect(await shown()).toEqual([
        ["b/0", false],
        ["winner/0", false],
        ["a/0", false],
      ]);
    });

    story("a job that a retry renames is listed under its new guid", async () => {
      const posted = (guid: string, n: number, overrides: Readonly<Record<string, unknown>>): Arrival => {
        const arrival = overRest(aJob("x/0", 1, n, overrides));
        const { submission } = arrival;
        return { ...arrival, submission: { ...submission, job: { ...submission.job, job_guid: guid } } };
      };
      await store.storeSubmissions([posted("tried", 1, { state: "running" })]);
      await store.storeSubmissions([posted("tried_12345", 2, { isRetried: true })]);
      const { cells } = await cellsAfter(1);
      expect(guidsOf(cells)).toEqual(["tried_12345"]);
      expect(cells[0]?.cell[CELL.result]).toBe("retry");
    });

    story("a job whose state is set directly is listed with that state", async () => {
      await store.storeSubmissions([aJob("a/0", 1, 1, { state: "running" })]);
      const view = await store.findJob(project, "a/0");
      const { origin } = overRest(anArrival());
      await store.setJobState(project, view?.job.rest_id ?? 0, "pending", minute(2), origin);
      const [only] = (await cellsAfter(1)).cells;
      expect([only?.changed, only?.cell[CELL.state], only?.cell[CELL.version]]).toEqual([
        minute(2),
        "pending",
        2,
      ]);
    });

    story("hostile names are listed unchanged", async () => {
      const jobName = `"],[ \u0000 \u202e \ud83d\ude00 </script>`;
      await store.storeSubmissions([
        aJob("a/0", 1, 1, { display: { jobName, jobSymbol: `"'`, groupSymbol: "\u0000]" } }),
      ]);
      const [only] = (await cellsAfter(1)).cells;
      const job = (await store.findJob(project, "a/0"))?.job;
      expect(only?.cell).toEqual(job && gridCell(job));
      expect(only?.cell[CELL.symbol]).toBe(`"'`);
    });

    story(
      "jobs of the same kind are listed by push, the newest first, and further pages return the rest",
      async () => {
        const other = { display: { jobName: "Other", jobSymbol: "O", groupSymbol: "?" } };
        for (const push of [1, 2, 3, 4]) {
          await store.storeResultSets([aPush(push, push * 10)]);
          await store.storeSubmissions([aJob(`other${push}/0`, push, push, other)]);
          if (push !== 3) await store.storeSubmissions([aJob(`same${push}/0`, push, push)]);
        }
        await store.storeSubmissions([aJob("again1/0", 1, 9)]);
        const signature = (await store.findJob(project, "same1/0"))?.job.signature ?? "";
        const seen = (jobs: readonly SimilarJob[]) => jobs.map(({ cell }) => cell[CELL.guid]);

        const all = await store.listSimilarJobs({ project, signature, limit: 10 });
        expect(seen(all.jobs)).toEqual(["same4/0", "same2/0", "again1/0", "same1/0"]);
        expect(all.next).toBeNull();
        expect(all.jobs[1]?.push).toEqual({ id: idOf(2), order_at: 20, revision: revisionOf(2) });
        const first = await store.listSimilarJobs({ project, signature, limit: 2 });
        expect(seen(first.jobs)).toEqual(["same4/0", "same2/0"]);
        if (first.next === null) throw new Error("there is no next page");
        const second = await store.listSimilarJobs({ project, signature, limit: 2, before: first.next });
        expect(seen(second.jobs)).toEqual(["again1/0", "same1/0"]);
        expect(second.next).toBeNull();
        expect(await store.listSimilarJobs({ project, signature: "none", limit: 5 })).toEqual({
          ...{ jobs: [], next: null },
        });
      },
    );
  });
}
