import { randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import type { Arrival } from "../../src/store/ports/submission-store.ts";
import { aClaim, anArrival, EXCHANGE, limits, through } from "../examples.ts";
import { emptyStoreForEach, type OpenEmpty } from "./empty-store.ts";

const artifact = <Blob>(name: string, blob: Blob) => ({ name, type: "json", blob });
const log = (name: string) => ({ name, url: `http://logs.example/${name}` });

/** Tests what every store promises about submissions, whatever text they contain. */
export function submissionStoreContract(name: string, openEmpty: OpenEmpty): void {
  describe(`submissions in the ${name} store`, () => {
    const empty = emptyStoreForEach(openEmpty);
    const kinds = async (...batch: Arrival[]) =>
      (await empty.store.storeSubmissions(batch)).map(({ kind }) => kind);

    it("reports a second delivery of the same job as unchanged", async () => {
      expect(await kinds(anArrival())).toEqual(["stored"]);
      expect(await kinds(anArrival())).toEqual(["unchanged"]);
    });

    it("reports the exchange that a job first came through if another exchange changes it or adds to it", async () => {
      const other = "exchange/other/jobs";
      const send = async (arrival: Arrival) => (await empty.store.storeSubmissions([arrival]))[0];
      const logs = [{ name: "more", url: "http://h/more" }];
      expect(await send(anArrival({ state: "pending" }))).toEqual({ kind: "stored" });
      expect(await send(anArrival({ state: "running" }))).toEqual({ kind: "stored" });
      expect(await send(through(other, anArrival()))).toEqual({ kind: "stored", jobOf: EXCHANGE });
      expect(await send(through(other, anArrival()))).toEqual({ kind: "unchanged" });
      expect(await send(through(other, anArrival({ state: "pending", logs })))).toEqual({
        kind: "unchanged",
        jobOf: EXCHANGE,
      });
      const [explained] = await empty.store.findJobsByGuid("guid/0");
      expect(explained?.job.transitions.map((each) => "exchange" in each && each.exchange)).toEqual([
        ...[EXCHANGE, EXCHANGE, other],
      ]);
    });

    it("keeps jobs apart whose guids contain slashes and percent signs", async () => {
      await kinds(anArrival({ taskId: "a/b" }), anArrival({ taskId: "a%2Fb".replaceAll("%", "+") }));
      expect((await empty.store.countDocuments())["jobs"]).toBe(2);
    });

    it("accepts text that is difficult for a database, and recognises it again", async () => {
      const odd = { owner: "nul \u0000, half \ud800 a pair", reason: "$where.a" };
      const extra = { artifacts: [artifact("$set.\u0000\udfff", { "$a.b": "\u0000" })] };
      expect(await kinds(anArrival({ ...odd, extra }))).toEqual(["stored"]);
      expect(await kinds(anArrival({ ...odd, extra }))).toEqual(["unchanged"]);
      expect((await empty.store.findJob("try", "guid/0"))?.artifacts).toHaveLength(1);
    });

    it("returns texts with a NUL character in full: in artifacts, logs and work", async () => {
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
      const view = await empty.store.findJob("try", "guid/0");
      expect(view?.logs.map(({ name, url }) => [name, url])).toEqual(
        logs.map(({ name, url }) => [name, url]),
      );
      expect(view?.artifacts).toEqual([odd("a"), "text_log_summary"]);
      expect(await empty.store.findArtifact("try", "guid/0", odd("a"))).toEqual(artifacts[0]);
      const [explained] = await empty.store.findJobsByGuid("guid/0");
      expect(explained?.artifacts.map(({ name }) => name)).toEqual([odd("a"), "text_log_summary"]);
      const claim = aClaim();
      expect(await empty.store.claimWork({ ...claim, kind: "log" })).toMatchObject([
        { url: odd("http://u/") },
      ]);
      expect(await empty.store.claimWork({ ...claim, kind: "suggestions" })).toMatchObject([
        { blob: odd("s") },
      ]);
    });

    it("refuses an artifact that is too large for a document, and keeps the job and its other artifacts", async () => {
      const noise = (mebibytes: number) => randomBytes(mebibytes * 1024 * 1024).toString("base64");
      const large = { name: "large", type: "text", blob: noise(12) };
      const tooLarge = { name: "too large", type: "text", blob: noise(16) };
      expect(await kinds(anArrival({ extra: { artifacts: [tooLarge, large] } }))).toEqual(["stored"]);
      const view = await empty.store.findJob("try", "guid/0");
      expect(view?.artifacts).toEqual(["large"]);
      expect(view?.job.refused).toMatchObject([{ what: 'artifact "too large"' }]);
      expect((await empty.store.findArtifact("try", "guid/0", "large"))?.blob === large.blob).toBe(true);
    }, 180_000);

    it("accepts a job with as many parts as a job may have, and one that tries to have more", async () => {
      const { jobLimits } = limits;
      const list = <T>(count: number, make: (n: number) => T) =>
        Array.from({ length: count }, (_, n) => make(n));
      const link = (n: number) => ({ url: `http://h/${n}`, linkText: "t", label: "l" });
      const full = (taskId: string, beyond: number, coalescedBeyond: number) =>
        anArrival({
          taskId,
          logs: list(jobLimits.logs + beyond, (n) => log(`log ${n}`)),
          coalesced: list(jobLimits.coalesced + coalescedBeyond, (n) => `${taskId.slice(0, -2)}/${n}`),
          labels: list(jobLimits.labels, (n) => `label${n}`),
          jobInfo: { links: list(jobLimits.details + beyond, link) },
          // `Job Info` is one of the artifacts.
          extra: { artifacts: list(jobLimits.artifacts - 1 + beyond, (n) => artifact(`a${n}`, n)) },
        });
      expect(await kinds(full("full/f", 0, 0), full("more/m", 5, 130_000))).toEqual(["stored", "stored"]);
      const kept = { logs: jobLimits.logs, artifacts: jobLimits.artifacts, options: jobLimits.labels };
      const refused = [/^logs/, /^coalesced/, /^artifacts/, /^job details/];
      for (const [guid, expected] of [
        ["full/f", []],
        ["more/m", refused],
      ] as const) {
        const view = await empty.store.findJob("try", guid);
        expect({
          logs: view?.logs.length,
          artifacts: view?.artifacts.length,
          options: view?.job.options.length,
        }).toEqual(kept);
        expect(view?.job.refused.map(({ what }) => what)).toEqual(
          expected.map((what) => expect.stringMatching(what)),
        );
        const info = await empty.store.findArtifact("try", guid, "Job Info");
        expect(JSON.parse(info?.blob ?? "{}").job_details).toHaveLength(jobLimits.details);
        const last = `${guid.slice(0, -2)}/${jobLimits.coalesced - 1}`;
        await kinds(anArrival({ taskId: last }));
        expect((await empty.store.findJob("try", last))?.coalesced_to).toBe(guid);
        const beyond = `${guid.slice(0, -2)}/${jobLimits.coalesced}`;
        await kinds(anArrival({ taskId: beyond }));
        expect((await empty.store.findJob("try", beyond))?.coalesced_to).toBeNull();
      }
    }, 180_000);

    it("shows stored jobs to another worker", async () => {
      await kinds(anArrival());
      const other = await empty.openAnother();
      expect((await other.findJob("try", "guid/0"))?.job.state).toBe("completed");
      await other.close();
    });
  });
}
