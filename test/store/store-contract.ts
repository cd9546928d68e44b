import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Bug } from "../../src/domain/bug.ts";
import type { KnownBinding } from "../../src/store/ports/binding-ledger.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { Arrival } from "../../src/store/ports/submission-store.ts";
import type { StoreLimits } from "../../src/store/rules/store-limits.ts";
import { aClaim, anArrival, REVISION } from "../examples.ts";
import { rejectionContract } from "./rejection-contract.ts";

/** Opens the same, at first empty, database as often as it is called; `remove` ends it. */
export interface Database {
  open(limits?: Partial<StoreLimits>): Promise<Store>;
  remove(): Promise<void>;
}

const aKnownBinding = (routing_key: string, wanted_by: string, wanted_at: string | null): KnownBinding => ({
  exchange: "e",
  routing_key,
  wanted_by,
  wanted_at,
});
const byKey = (a: KnownBinding, b: KnownBinding): number => a.routing_key.localeCompare(b.routing_key);
const log = (name: string) => ({ name, url: `http://logs/${name}` });
const artifact = <Blob>(name: string, blob: Blob) => ({ name, type: "json", blob });

/** What every store promises. An adapter that passes is a store; one that does not is not. */
export function storeContract(name: string, openEmpty: () => Promise<Database>): void {
  describe(`the ${name} store`, () => {
    let database: Database;
    let store: Store;
    beforeEach(async () => {
      database = await openEmpty();
      store = await database.open();
    });
    afterEach(async () => {
      await store.close();
      await database.remove();
    });
    const kinds = async (...batch: Arrival[]) =>
      (await store.storeSubmissions(batch)).map(({ kind }) => kind);

    it("calls a second delivery of the same job unchanged", async () => {
      expect(await kinds(anArrival())).toEqual(["stored"]);
      expect(await kinds(anArrival())).toEqual(["unchanged"]);
    });

    it("finds a job by its task id, and never another task's", async () => {
      await kinds(anArrival(), anArrival({ taskId: "guid0/0" }), anArrival({ taskId: "guid/1" }));
      const guids = (await store.findJobsByGuid("guid")).map(({ job }) => job.job_guid);
      expect(guids).toEqual(["guid/0", "guid/1"]);
    });

    it("finds a job stored under a task's UUID by its slug, and the other way round, with its logs", async () => {
      const [slug, uuid] = ["fJhBlPyZTLKrsXAv8oEXpQ", "7c984194-fc99-4cb2-abb1-702ff28117a5"];
      const logs = [{ name: "buildbot_text", url: "http://logs.example/1" }];
      await kinds(anArrival({ taskId: `${uuid}/0`, logs }), anArrival({ taskId: `${slug}/1`, logs }));
      await kinds(anArrival({ taskId: "7c984194-fc99-4cb2-abb1-702ff28117a6/0", logs }));
      const found = async (id: string) =>
        (await store.findJobsByGuid(id)).map(({ job }) => job.job_guid).toSorted();
      for (const id of [slug, uuid, uuid.toUpperCase()]) {
        expect(await found(id)).toEqual([`${uuid}/0`, `${slug}/1`]);
        expect(await found(`${id}/0`)).toEqual([`${uuid}/0`]);
        expect(await found(`${id}/1`)).toEqual([`${slug}/1`]);
        const listed = await store.listLogs({ job_guid: `${id}/1`, limit: 10 });
        expect(listed.map(({ job_guid }) => job_guid)).toEqual([`${slug}/1`]);
      }
    });

    describe("what is known of a job", () => {
      const summary = artifact("text_log_summary", { step_data: { all_errors: [] } });
      const text = { name: "buildbot_text", url: "http://logs.example/1" };

      it("tells who made each artifact: a message, or we of its log or summary", async () => {
        await kinds(anArrival({ logs: [text], jobInfo: { summary: "sent" } }));
        await kinds(anArrival({ taskId: "b/0", extra: { artifacts: [summary] } }));
        const made = artifact("Job Info", '{"job_details":[]}');
        for (const kind of ["log", "suggestions"] as const) {
          const [item] = await store.claimWork(aClaim({ kind, limit: 1 }));
          if (item === undefined) throw new Error("nothing was claimed");
          expect(await store.finishWork(item, [made, artifact("Bug suggestions", "[]")])).toBe(true);
        }
        expect((await store.findJobsByGuid("guid/0"))[0]?.artifacts).toEqual([
          { name: "Job Info", made_by: ["message", "log"] },
          { name: "Bug suggestions", made_by: ["log"] },
        ]);
        expect((await store.findJobsByGuid("b/0"))[0]?.artifacts).toEqual([
          { name: "text_log_summary", made_by: ["message"] },
          { name: "Job Info", made_by: ["summary"] },
          { name: "Bug suggestions", made_by: ["summary"] },
        ]);
      });

      it("holds its push, its logs and the suggestions that are still to be made", async () => {
        await kinds(
          anArrival({ logs: [text], coalesced: ["other/0"], extra: { artifacts: [summary] } }),
          anArrival({ taskId: "other/0" }),
          anArrival({ taskId: "guid/0x", extra: { artifacts: [summary] } }),
        );
        expect(await store.findJobsByGuid("guid/0")).toMatchObject([
          {
            job: { job_guid: "guid/0", transitions: [{ state: "completed", redelivered: false }] },
            result_set: { push_timestamp: 0, revision: REVISION },
            coalesced_to: null,
            logs: [{ ...text, parse_status: "parsed" }],
            suggestions: [{ attempts: 0, next_attempt_at: expect.any(String), failure: null }],
          },
        ]);
        expect(await store.findJobsByGuid("other/0")).toMatchObject([
          { coalesced_to: "guid/0", suggestions: [] },
        ]);
        expect(await store.findJobsByGuid("nobody/0")).toEqual([]);
      });
    });

    it("a name with slashes and percents collides with no other", async () => {
      await kinds(anArrival({ taskId: "a/b" }), anArrival({ taskId: "a%2Fb".replaceAll("%", "+") }));
      expect((await store.countDocuments())["jobs"]).toBe(2);
    });

    it("takes text that a database may stumble over, and knows it again", async () => {
      const odd = { owner: "nul \u0000, half \ud800 a pair", reason: "$where.a" };
      const extra = { artifacts: [artifact("$set.\u0000\udfff", { "$a.b": "\u0000" })] };
      expect(await kinds(anArrival({ ...odd, extra }))).toEqual(["stored"]);
      expect(await kinds(anArrival({ ...odd, extra }))).toEqual(["unchanged"]);
      expect((await store.findJob("try", "guid/0"))?.artifacts).toHaveLength(1);
    });

    it("gives back a text with a NUL character whole: names and blobs of artifacts, logs, and work", async () => {
      const odd = (text: string) => `${text}\u0000${text}`;
      const logs = [
        { name: "buildbot_text", url: odd("http://u/") },
        { name: odd("n"), url: "v" },
      ];
      const artifacts = [
        { name: odd("a"), type: odd("t"), blob: odd("b") },
        { name: "text_log_summary", type: "json", blob: odd("s") },
      ];
      await kinds(anArrival({ state: "running", logs: logs.slice(0, 1) }));
      await kinds(anArrival({ logs, extra: { artifacts } }));
      const view = await store.findJob("try", "guid/0");
      expect(view?.logs.map(({ name, url }) => [name, url])).toEqual(
        logs.map(({ name, url }) => [name, url]),
      );
      expect(view?.artifacts).toEqual([odd("a"), "text_log_summary"]);
      expect(await store.findArtifact("try", "guid/0", odd("a"))).toEqual(artifacts[0]);
      const [explained] = await store.findJobsByGuid("guid/0");
      expect(explained?.artifacts.map(({ name }) => name)).toEqual([odd("a"), "text_log_summary"]);
      const claim = aClaim();
      expect(await store.claimWork({ ...claim, kind: "log" })).toMatchObject([{ url: odd("http://u/") }]);
      expect(await store.claimWork({ ...claim, kind: "suggestions" })).toMatchObject([{ blob: odd("s") }]);
    });

    it("refuses an artifact that no document can hold, and keeps its job and the others", async () => {
      const noise = (mebibytes: number) => randomBytes(mebibytes * 1024 * 1024).toString("base64");
      const large = { name: "large", type: "text", blob: noise(12) };
      const tooLarge = { name: "too large", type: "text", blob: noise(16) };
      expect(await kinds(anArrival({ extra: { artifacts: [tooLarge, large] } }))).toEqual(["stored"]);
      const view = await store.findJob("try", "guid/0");
      expect(view?.artifacts).toEqual(["large"]);
      expect(view?.job.refused).toMatchObject([{ what: 'artifact "too large"' }]);
      expect((await store.findArtifact("try", "guid/0", "large"))?.blob === large.blob).toBe(true);
    }, 60_000);

    rejectionContract(
      () => store,
      () => database.open(),
    );

    describe("work", () => {
      const text = { name: "buildbot_text", url: "http://logs.example/1" };
      const claim = aClaim();
      const made = [artifact("text_log_summary", "{}"), artifact("Bug suggestions", "[]")];
      const reason = "timeout: no byte for 30 s";

      it("a pending log is dealt out once, and parsed with its artifacts when finished", async () => {
        await kinds(anArrival({ logs: [text, log("custom")] }));
        const other = await database.open();
        const claims = await Promise.all([store.claimWork(claim), other.claimWork(claim)]);
        await other.close();
        expect(claims.flat()).toMatchObject([{ kind: "log", ...text, attempts: 0 }]);
        const [item] = claims.flat();
        if (item === undefined) throw new Error("nothing was claimed");
        expect(await store.finishWork(item, made)).toBe(true);
        expect(await store.finishWork(item, made)).toBe(false);
        const view = await store.findJob("try", "guid/0");
        expect(view?.artifacts).toEqual(["text_log_summary", "Bug suggestions"]);
        expect(view?.logs.map((l) => l.parse_status)).toEqual(["parsed", "pending"]);
        expect(await store.claimWork(claim)).toEqual([]);
      });

      it("a lease that ran out lets another have it, and the first can no longer end it", async () => {
        await kinds(anArrival({ logs: [text] }));
        const [first] = await store.claimWork({ ...claim, leaseMs: -1 });
        const [second] = await store.claimWork(claim);
        expect(second).toMatchObject({ id: first?.id, attempts: 1 });
        if (first === undefined || second === undefined) throw new Error("nothing was claimed");
        expect(await store.finishWork(first, made)).toBe(false);
        expect(await store.failWork(first, { reason, next_attempt_at: null, marksFailed: true })).toBe(false);
        expect(await store.finishWork(second, made)).toBe(true);
      });

      it("of several that end together each has its own end: logs, suggestions, one whose lease was lost", async () => {
        await kinds(anArrival({ logs: [text] }));
        const summary = { artifacts: [artifact("text_log_summary", "{}")] };
        await kinds(
          anArrival({ taskId: "guid/1", extra: summary }),
          anArrival({ taskId: "guid/2", extra: summary }),
        );
        const logs = await store.claimWork(claim);
        const [lost, kept] = await store.claimWork({ ...claim, kind: "suggestions" });
        if (lost === undefined || kept === undefined) throw new Error("too little was claimed");
        const ends = [...logs, { ...lost, lease: "another" }, kept].map((item) =>
          store.finishWork(item, made),
        );
        expect(await Promise.all(ends)).toEqual([true, false, true]);
        expect((await store.findJob("try", "guid/0"))?.logs).toMatchObject([{ parse_status: "parsed" }]);
        expect((await store.findJob("try", kept.job_guid))?.artifacts).toContain("Bug suggestions");
        expect((await store.findJob("try", lost.job_guid))?.artifacts).not.toContain("Bug suggestions");
        expect((await store.countDocuments())["suggestions"]).toBe(1);
      });

      it("a failure is kept on the log, due again or not, until it is asked for again", async () => {
        await kinds(anArrival({ logs: [text] }));
        const [item] = await store.claimWork(claim);
        if (item === undefined) throw new Error("nothing was claimed");
        const next_attempt_at = "2001-01-01T00:00:00.000Z";
        expect(await store.failWork(item, { reason, next_attempt_at, marksFailed: true })).toBe(true);
        const [again] = await store.claimWork(claim);
        expect(again).toMatchObject({ attempts: 1 });
        if (again === undefined) throw new Error("nothing was claimed");
        await store.failWork(again, { reason, next_attempt_at: null, marksFailed: true });
        expect(await store.claimWork(claim)).toEqual([]);
        const failed = { parse_status: "failed", project: "try", limit: 10 } as const;
        expect(await store.listLogs(failed)).toMatchObject([{ ...text, failure: reason, attempts: 2 }]);
        expect(await store.reparseLogs(failed)).toBe(1);
        expect(await store.listLogs(failed)).toEqual([]);
        expect(await store.claimWork(claim)).toMatchObject([{ attempts: 0 }]);
      });

      it("what waits and what failed for good is counted, what is done or not for us is not", async () => {
        const summary = artifact("text_log_summary", { step_data: { all_errors: [] } });
        const none = { logs: { pending: 0, failed: 0 }, suggestions: { pending: 0, failed: 0 } };
        expect(await store.countWork()).toEqual(none);
        await kinds(
          ...["a/0", "b/0", "c/0"].map((taskId) => anArrival({ taskId, logs: [text, log("custom")] })),
          // Its own summary has read the log, and wants suggestions.
          anArrival({ taskId: "sent/0", logs: [text], extra: { artifacts: [summary] } }),
        );
        const pending = { logs: { pending: 3, failed: 0 }, suggestions: { pending: 1, failed: 0 } };
        expect(await store.countWork()).toEqual(pending);
        const items = await store.claimWork({ ...claim, limit: 3 });
        expect(await store.countWork()).toEqual(pending);
        const [done, gone, again] = items;
        const [item] = await store.claimWork({ ...claim, kind: "suggestions" });
        if (!done || !gone || !again || !item) throw new Error("nothing was claimed");
        await store.finishWork(done, made);
        await store.failWork(gone, { reason, next_attempt_at: null, marksFailed: true });
        const next_attempt_at = "2126-01-01T00:00:00.000Z";
        await store.failWork(again, { reason, next_attempt_at, marksFailed: true });
        await store.failWork(item, { reason, next_attempt_at: null, marksFailed: true });
        const ended = { logs: { pending: 1, failed: 1 }, suggestions: { pending: 0, failed: 1 } };
        expect(await store.countWork()).toEqual(ended);
      });

      it("a released item is as it was, and hosts that are busy are passed by", async () => {
        await kinds(anArrival({ logs: [text] }));
        await store.releaseWork(await store.claimWork(claim));
        expect(await store.claimWork({ ...claim, exceptHosts: ["logs.example"] })).toEqual([]);
        expect(await store.claimWork(claim)).toMatchObject([{ attempts: 0 }]);
      });

      it("a summary without suggestions is work; one that names a log has read it, stored before or not", async () => {
        await kinds(anArrival({ state: "running", logs: [log("mine")] }));
        const blob = { logname: "mine", step_data: { all_errors: [] } };
        await kinds(anArrival({ extra: { artifacts: [artifact("text_log_summary", blob)] } }));
        expect((await store.findJob("try", "guid/0"))?.logs).toMatchObject([{ parse_status: "parsed" }]);
        const [item] = await store.claimWork({ ...claim, kind: "suggestions" });
        expect(item).toMatchObject({ kind: "suggestions", blob: JSON.stringify(blob) });
        if (item === undefined) throw new Error("nothing was claimed");
        expect(await store.finishWork(item, [artifact("Bug suggestions", "[]")])).toBe(true);
        expect((await store.countDocuments())["suggestions"]).toBe(0);
      });
    });

    describe("the bug cache", () => {
      const bug = (id: number, summary = `bug ${id}`): Bug => {
        const text = { summary, status: "NEW", resolution: "", crash_signature: "", keywords: "" };
        return { id, ...text, os: "All", modified: null };
      };
      const bugs = (count: number, summary?: string): Bug[] =>
        Array.from({ length: count }, (_, nth) => bug(nth + 1, summary));

      it("is replaced as a whole, under a new version", async () => {
        expect(await store.bugsVersion()).toBeNull();
        await store.replaceBugs([bug(2), bug(1), bug(3)]);
        const version = await store.bugsVersion();
        await store.replaceBugs([bug(3), bug(4)]);
        expect(await store.readBugs(0, 10)).toEqual([bug(3), bug(4)]);
        expect(await store.readBugs(3, 10)).toEqual([bug(4)]);
        expect(await store.bugsVersion()).not.toBe(version);
      });

      it("is read as it was, or as it is then, by another while it is replaced", async () => {
        await store.replaceBugs(bugs(1500, "old"));
        const other = await database.open();
        const replacing = store.replaceBugs(bugs(2500, "new"));
        const seen = new Set<string>();
        while (!seen.has("new")) {
          const page = await other.readBugs(0, 5000);
          const kind = page[0]?.summary ?? "";
          expect(page).toEqual(bugs(kind === "old" ? 1500 : 2500, kind));
          seen.add(kind);
        }
        await replacing;
        await other.close();
      });

      it("stays as it is when it cannot be replaced to the end", async () => {
        await store.replaceBugs(bugs(3));
        const version = await store.bugsVersion();
        const broken = Object.defineProperty(bug(1501), "summary", {
          enumerable: true,
          get: () => {
            throw new Error("this one cannot be written");
          },
        });
        await expect(store.replaceBugs([...bugs(1500, "new"), broken])).rejects.toThrow("cannot be written");
        expect(await store.readBugs(0, 5000)).toEqual(bugs(3));
        expect(await store.bugsVersion()).toBe(version);
      });
    });

    it("suspects are counted until they are cleared", async () => {
      expect([await store.enterSuspect("h"), await store.enterSuspect("h")]).toEqual([1, 2]);
      await store.clearSuspect("h");
      expect(await store.enterSuspect("h")).toBe(1);
    });

    it("keeps the ledger of bindings", async () => {
      expect(await store.readBindings("q")).toEqual([]);
      const at = "2026-01-05T10:00:00.000Z";
      const one = aKnownBinding("k/1", "a", at);
      const two = aKnownBinding("k", "a", at);
      await store.noteBindings("q", [one, two]);
      await store.noteBindings("other", [one]);
      // Another worker's notes take nothing away.
      const taken = { ...two, wanted_by: "b", wanted_at: null };
      await store.noteBindings("q", [taken]);
      expect((await store.readBindings("q")).toSorted(byKey)).toEqual([taken, one]);
      await store.forgetBindings("q", [{ exchange: "e", routing_key: "k" }]);
      expect(await store.readBindings("q")).toEqual([one]);
      expect(await store.readBindings("other")).toEqual([one]);
    });

    it("notes the same bindings for many workers at the same time", async () => {
      const keys = Array.from({ length: 20 }, (_, n) => `k${n}`);
      const notes = ["a", "b", "c", "d"].map((worker) =>
        store.noteBindings(
          "q",
          keys.map((key) => aKnownBinding(key, worker, null)),
        ),
      );
      await Promise.all(notes);
      expect((await store.readBindings("q")).map(({ routing_key }) => routing_key).toSorted()).toEqual(
        keys.toSorted(),
      );
    });

    it("what was stored is there for another who opens it", async () => {
      await kinds(anArrival());
      const other = await database.open();
      expect((await other.findJob("try", "guid/0"))?.job.state).toBe("completed");
      await other.close();
    });
  });
}
