import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Store } from "../../src/store/ports/store.ts";
import type { Arrival } from "../../src/store/ports/submission-store.ts";
import type { WorkItem } from "../../src/store/ports/work-store.ts";
import { aClaim, anArrival, EXCHANGE, overRest, through } from "../examples.ts";
import { type Database, emptyStoreForEach, type OpenEmpty } from "./empty-store.ts";

const text = { name: "buildbot_text", url: "http://logs.example/1" };
const log = (name: string) => ({ name, url: `http://logs/${name}` });
const artifact = <Blob>(name: string, blob: Blob) => ({ name, type: "json", blob });
const summary = { name: "text_log_summary", type: "json", blob: { step_data: { all_errors: [] } } };

/** Returns a job with a log to read, from this exchange and of this project. */
function aJob(taskId: string, exchange: string, project = "try", parts: object = { logs: [text] }): Arrival {
  const origin = { kind: "hg.mozilla.org", project, revision: "a".repeat(40) };
  return through(exchange, anArrival({ taskId, origin, ...parts }));
}

/** Tests what every store promises about work items: how they end, and how publishers take turns. */
export function workStoreContract(name: string, openEmpty: OpenEmpty): void {
  describe(`the life of work in the ${name} store`, () => {
    const empty = emptyStoreForEach(openEmpty);
    const kinds = async (...batch: Arrival[]) =>
      (await empty.store.storeSubmissions(batch)).map(({ kind }) => kind);

    const claim = aClaim();
    const made = [artifact("text_log_summary", "{}"), artifact("Bug suggestions", "[]")];
    const reason = "timeout: no byte for 30 s";

    it("a pending log is claimed only once; when it is finished, it is parsed and has its artifacts", async () => {
      await kinds(anArrival({ logs: [text, log("custom")] }));
      const other = await empty.openAnother();
      const claims = await Promise.all([empty.store.claimWork(claim), other.claimWork(claim)]);
      await other.close();
      expect(claims.flat()).toMatchObject([{ kind: "log", ...text, attempts: 0 }]);
      const [item] = claims.flat();
      if (item === undefined) throw new Error("nothing was claimed");
      expect(await empty.store.finishWork(item, made)).toBe(true);
      expect(await empty.store.finishWork(item, made)).toBe(false);
      const view = await empty.store.findJob("try", "guid/0");
      expect(view?.artifacts).toEqual(["text_log_summary", "Bug suggestions"]);
      expect(view?.logs.map((l) => l.parse_status)).toEqual(["parsed", "pending"]);
      expect(await empty.store.claimWork(claim)).toEqual([]);
    });

    it("an item whose lease has expired can be claimed again, and the first worker can no longer end it", async () => {
      await kinds(anArrival({ logs: [text] }));
      const [first] = await empty.store.claimWork({ ...claim, leaseMs: -1 });
      const [second] = await empty.store.claimWork(claim);
      expect(second).toMatchObject({ id: first?.id, attempts: 1 });
      if (first === undefined || second === undefined) throw new Error("nothing was claimed");
      expect(await empty.store.finishWork(first, made)).toBe(false);
      expect(await empty.store.failWork(first, { reason, next_attempt_at: null, marksFailed: true })).toBe(
        false,
      );
      expect(await empty.store.finishWork(second, made)).toBe(true);
    });

    it("several items can be finished together: logs, suggestions, and one whose lease was lost", async () => {
      await kinds(anArrival({ logs: [text] }));
      const summary = { artifacts: [artifact("text_log_summary", "{}")] };
      await kinds(
        anArrival({ taskId: "guid/1", extra: summary }),
        anArrival({ taskId: "guid/2", extra: summary }),
      );
      const logs = await empty.store.claimWork(claim);
      const [lost, kept] = await empty.store.claimWork({ ...claim, kind: "suggestions" });
      if (lost === undefined || kept === undefined) throw new Error("too little was claimed");
      const ends = [...logs, { ...lost, lease: "another" }, kept].map((item) =>
        empty.store.finishWork(item, made),
      );
      expect(await Promise.all(ends)).toEqual([true, false, true]);
      expect((await empty.store.findJob("try", "guid/0"))?.logs).toMatchObject([{ parse_status: "parsed" }]);
      expect((await empty.store.findJob("try", kept.job_guid))?.artifacts).toContain("Bug suggestions");
      expect((await empty.store.findJob("try", lost.job_guid))?.artifacts).not.toContain("Bug suggestions");
      expect((await empty.store.countDocuments())["suggestions"]).toBe(1);
    });

    it("a log keeps its failure, whether it is due again or not, until somebody schedules it again", async () => {
      await kinds(anArrival({ logs: [text] }));
      const [item] = await empty.store.claimWork(claim);
      if (item === undefined) throw new Error("nothing was claimed");
      const next_attempt_at = "2001-01-01T00:00:00.000Z";
      expect(await empty.store.failWork(item, { reason, next_attempt_at, marksFailed: true })).toBe(true);
      const [again] = await empty.store.claimWork(claim);
      expect(again).toMatchObject({ attempts: 1 });
      if (again === undefined) throw new Error("nothing was claimed");
      await empty.store.failWork(again, { reason, next_attempt_at: null, marksFailed: true });
      expect(await empty.store.claimWork(claim)).toEqual([]);
      const failed = { parse_status: "failed", project: "try", limit: 10 } as const;
      expect(await empty.store.listLogs(failed)).toMatchObject([{ ...text, failure: reason, attempts: 2 }]);
      expect(await empty.store.reparseLogs(failed)).toBe(1);
      expect(await empty.store.listLogs(failed)).toEqual([]);
      expect(await empty.store.claimWork(claim)).toMatchObject([{ attempts: 0 }]);
    });

    it("logs that workers do not read do not count towards the limit of logs to read again", async () => {
      await kinds(anArrival({ logs: [log("custom"), text, log("errorsummary_json")] }));
      expect(await empty.store.reparseLogs({ project: "try", limit: 1 })).toBe(1);
      expect(await empty.store.reparseLogs({ project: "try", limit: 3 })).toBe(1);
    });

    it("waiting and failed work is counted, but not finished work or logs that workers do not read", async () => {
      const none = { logs: { pending: 0, failed: 0 }, suggestions: { pending: 0, failed: 0 } };
      expect(await empty.store.countWork()).toEqual(none);
      await kinds(
        ...["a/0", "b/0", "c/0"].map((taskId) => anArrival({ taskId, logs: [text, log("custom")] })),
        // The message contains the summary of its log, so only suggestions are needed.
        anArrival({ taskId: "sent/0", logs: [text], extra: { artifacts: [summary] } }),
      );
      const pending = { logs: { pending: 3, failed: 0 }, suggestions: { pending: 1, failed: 0 } };
      expect(await empty.store.countWork()).toEqual(pending);
      const items = await empty.store.claimWork({ ...claim, limit: 3 });
      expect(await empty.store.countWork()).toEqual(pending);
      const [done, gone, again] = items;
      const [item] = await empty.store.claimWork({ ...claim, kind: "suggestions" });
      if (!done || !gone || !again || !item) throw new Error("nothing was claimed");
      await empty.store.finishWork(done, made);
      await empty.store.failWork(gone, { reason, next_attempt_at: null, marksFailed: true });
      const next_attempt_at = "2126-01-01T00:00:00.000Z";
      await empty.store.failWork(again, { reason, next_attempt_at, marksFailed: true });
      await empty.store.failWork(item, { reason, next_attempt_at: null, marksFailed: true });
      const ended = { logs: { pending: 1, failed: 1 }, suggestions: { pending: 0, failed: 1 } };
      expect(await empty.store.countWork()).toEqual(ended);
    });

    it("a released item is unchanged, and logs of busy hosts are not claimed", async () => {
      await kinds(anArrival({ logs: [text] }));
      await empty.store.releaseWork(await empty.store.claimWork(claim));
      expect(await empty.store.claimWork({ ...claim, exceptHosts: ["logs.example"] })).toEqual([]);
      expect(await empty.store.claimWork(claim)).toMatchObject([{ attempts: 0 }]);
    });

    it("a log that arrives after the summary that names it stays pending, in one batch or in two", async () => {
      const summary = artifact("text_log_summary", { logname: "mine", step_data: { all_errors: [] } });
      const both = (taskId: string) => [
        anArrival({ taskId, state: "running", extra: { artifacts: [summary] } }),
        anArrival({ taskId, logs: [log("mine")] }),
      ];
      await kinds(...both("one/0"));
      for (const each of both("two/0")) await kinds(each);
      for (const guid of ["one/0", "two/0"])
        expect((await empty.store.findJob("try", guid))?.logs).toMatchObject([{ parse_status: "pending" }]);
    });

    it("a summary without suggestions is work, and the log that it names becomes parsed", async () => {
      await kinds(anArrival({ state: "running", logs: [log("mine")] }));
      const blob = { logname: "mine", step_data: { all_errors: [] } };
      await kinds(anArrival({ extra: { artifacts: [artifact("text_log_summary", blob)] } }));
      expect((await empty.store.findJob("try", "guid/0"))?.logs).toMatchObject([{ parse_status: "parsed" }]);
      const [item] = await empty.store.claimWork({ ...claim, kind: "suggestions" });
      expect(item).toMatchObject({ kind: "suggestions", blob: JSON.stringify(blob) });
      if (item === undefined) throw new Error("nothing was claimed");
      expect(await empty.store.finishWork(item, [artifact("Bug suggestions", "[]")])).toBe(true);
      expect((await empty.store.countDocuments())["suggestions"]).toBe(0);
    });
  });

  describe(`work in the ${name} store`, () => {
    let database: Database;
    let store: Store;
    beforeEach(async () => {
      database = await openEmpty();
      store = await database.open({ maxWaitingLogs: 3 });
    });
    afterEach(async () => {
      await store.close();
      await database.remove();
    });
    const guids = (items: readonly WorkItem[]): string[] => items.map(({ job_guid }) => job_guid);

    it("is claimed for one exchange only, and all exchanges with work are listed", async () => {
      expect(await store.exchangesWithWork("log")).toEqual([]);
      await store.storeSubmissions([
        aJob("a/0", "e/one"),
        aJob("b/0", "e/two"),
        aJob("c/0", "e/two", "try", { extra: { artifacts: [summary] } }),
        aJob("d/0", "e/none", "try", {}),
      ]);
      expect((await store.exchangesWithWork("log")).toSorted()).toEqual(["e/one", "e/two"]);
      expect(await store.exchangesWithWork("suggestions")).toEqual(["e/two"]);
      const [item] = await store.claimWork(aClaim({ exchange: "e/two" }));
      expect(item).toMatchObject({ job_guid: "b/0", exchange: "e/two", failure: null });
      expect(await store.claimWork(aClaim({ exchange: "e/none" }))).toEqual([]);
      const suggestions = await store.claimWork(aClaim({ kind: "suggestions", exchange: "e/two" }));
      expect(guids(suggestions)).toEqual(["c/0"]);
    });

    it("is claimed with the projects taking turns, and the oldest of a project first", async () => {
      const at = (second: number, arrival: Arrival): Arrival => ({
        ...arrival,
        received_at: `2026-01-05T10:00:0${second}.000Z`,
      });
      const other = await database.open();
      await other.storeSubmissions([
        at(2, aJob("a2/0", EXCHANGE, "a")),
        at(1, aJob("a1/0", EXCHANGE, "a")),
        at(3, aJob("a3/0", EXCHANGE, "a")),
        at(9, aJob("b/0", EXCHANGE, "b")),
        at(8, aJob("c/0", EXCHANGE, "c")),
      ]);
      await other.close();
      const claimed: string[] = [];
      for (let afterProject = ""; ; ) {
        const [item] = await store.claimWork(aClaim({ limit: 1, afterProject }));
        if (item === undefined) break;
        claimed.push(item.job_guid);
        afterProject = item.project;
      }
      expect(claimed).toEqual(["a1/0", "b/0", "c/0", "a2/0", "a3/0"]);
    });

    it("is not due before the time until which it was released, and the attempt does not count", async () => {
      await store.storeSubmissions([aJob("a/0", EXCHANGE)]);
      await store.releaseWork(await store.claimWork(aClaim()), "2999-01-01T00:00:00.000Z");
      expect(await store.claimWork(aClaim())).toEqual([]);
      expect(await store.exchangesWithWork("log")).toEqual([EXCHANGE]);
      expect(await store.listLogs({ limit: 5 })).toMatchObject([{ attempts: 0, parse_status: "pending" }]);
    });

    it("has the reason why the previous attempt failed", async () => {
      await store.storeSubmissions([aJob("a/0", EXCHANGE)]);
      const [item] = await store.claimWork(aClaim());
      if (item === undefined) throw new Error("nothing was claimed");
      const next_attempt_at = "2001-01-01T00:00:00.000Z";
      await store.failWork(item, { reason: "stalled: it did", next_attempt_at, marksFailed: true });
      expect(await store.claimWork(aClaim())).toMatchObject([{ attempts: 1, failure: "stalled: it did" }]);
    });

    describe("logs beyond the limit of waiting logs", () => {
      const jobs = (from: number, count: number, exchange = EXCHANGE): Arrival[] =>
        Array.from({ length: count }, (_, n) => aJob(`j${from + n}/0`, exchange));
      const tooMany = "too-many-waiting: 3 logs of its exchange were waiting already";

      it("are stored as failed, with a reason; everything else is stored as usual", async () => {
        const parts = { logs: [text, { name: "custom", url: "u" }] };
        const outcomes = await store.storeSubmissions([
          ...jobs(0, 2),
          aJob("last/0", EXCHANGE),
          aJob("more/0", EXCHANGE, "try", parts),
          aJob("other/0", "e/other"),
        ]);
        expect(outcomes.map(({ kind }) => kind)).toEqual(Array(5).fill("stored"));
        expect((await store.findJob("try", "more/0"))?.logs).toMatchObject([
          { ...text, parse_status: "failed", failure: tooMany, next_attempt_at: null, attempts: 0 },
          { name: "custom", parse_status: "pending", failure: null },
        ]);
        const [explained] = await store.findJobsByGuid("more/0");
        expect(explained?.logs[0]).toMatchObject({ failure: tooMany });
        expect(await store.listLogs({ parse_status: "failed", limit: 9 })).toHaveLength(1);
        expect((await store.countWork()).logs).toEqual({ pending: 4, failed: 1 });
      });

      it("are counted per client if they were posted; clients and exchanges do not share the limit", async () => {
        const posted = (from: number, count: number): Arrival[] => jobs(from, count).map(overRest);
        const other = posted(30, 1).map(({ origin, ...rest }) => {
          return { ...rest, origin: { ...origin, clientId: "another" } } as Arrival;
        });
        await store.storeSubmissions([...jobs(0, 3), ...posted(10, 2)]);
        await store.storeSubmissions([...posted(20, 3), ...other]);
        const failed = await store.listLogs({ parse_status: "failed", limit: 9 });
        expect(failed.map(({ job_guid, failure }) => [job_guid, failure]).toSorted()).toEqual([
          ["j21/0", tooMany],
          ["j22/0", tooMany],
        ]);
        expect((await store.exchangesWithWork("log")).toSorted()).toEqual([
          "client:another",
          "client:client-a",
          EXCHANGE,
        ]);
      });

      it("are detected across batches, and across workers", async () => {
        const other = await database.open({ maxWaitingLogs: 3 });
        await other.storeSubmissions(jobs(0, 2));
        await other.close();
        await store.storeSubmissions(jobs(2, 1));
        await store.storeSubmissions(jobs(3, 1));
        expect((await store.countWork()).logs).toEqual({ pending: 3, failed: 1 });
      });

      it("can wait again after others have been read", async () => {
        await store.storeSubmissions(jobs(0, 4));
        const [item] = await store.claimWork(aClaim());
        if (item === undefined) throw new Error("nothing was claimed");
        await store.finishWork(item, []);
        // A count of the waiting logs is used for a second.
        await new Promise((resolve) => setTimeout(resolve, 1100));
        await store.storeSubmissions(jobs(4, 2));
        expect((await store.countWork()).logs).toEqual({ pending: 3, failed: 2 });
      });

      it("are read on request, and become parsed when their summary comes", async () => {
        await store.storeSubmissions(jobs(0, 5));
        const failed = (await store.listLogs({ parse_status: "failed", limit: 9 })).map(
          ({ job_guid }) => job_guid,
        );
        const [first = "", second = ""] = failed;
        expect(await store.reparseLogs({ job_guid: first, limit: 1 })).toBe(1);
        expect((await store.countWork()).logs).toEqual({ pending: 4, failed: 1 });
        const claimed = await store.claimWork(aClaim({ limit: 9 }));
        expect(guids(claimed)).toContain(first);
        const blob = { ...summary.blob, logname: text.name };
        const late = { state: "pending", extra: { artifacts: [{ ...summary, blob }] } };
        await store.storeSubmissions([aJob(second, EXCHANGE, "try", late)]);
        expect((await store.findJob("try", second))?.logs).toMatchObject([
          { parse_status: "parsed", failure: null },
        ]);
      });

      it("are not added again when their message is repeated", async () => {
        await store.storeSubmissions(jobs(0, 4));
        expect((await store.storeSubmissions(jobs(0, 4))).map(({ kind }) => kind)).toEqual(
          Array(4).fill("unchanged"),
        );
        expect((await store.countWork()).logs).toEqual({ pending: 3, failed: 1 });
      });
    });

    it("is shared by many workers that claim at the same time, each item once", async () => {
      const large = await database.open();
      await large.storeSubmissions(
        Array.from({ length: 30 }, (_, n) => aJob(`j${n}/0`, EXCHANGE, `p${n % 3}`)),
      );
      const claims: Promise<WorkItem[]>[] = [];
      for (let n = 0; n < 40; n++) {
        claims.push((n % 2 === 0 ? store : large).claimWork(aClaim({ limit: 1, afterProject: `p${n % 3}` })));
      }
      const first = (await Promise.all(claims)).flat();
      const rest: WorkItem[] = [];
      for (;;) {
        const items = await store.claimWork(aClaim({ limit: 5 }));
        if (items.length === 0) break;
        rest.push(...items);
      }
      await large.close();
      const all = guids([...first, ...rest]);
      expect(new Set(all).size).toBe(all.length);
      expect(all).toHaveLength(30);
    });
  });
}
