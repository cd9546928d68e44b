import { describe, expect, it } from "@jest/globals";
import type { Arrival } from "../../src/store/ports/submission-store.ts";
import { aClaim, anArrival, REVISION } from "../examples.ts";
import { emptyStoreForEach, type OpenEmpty } from "./empty-store.ts";

const artifact = <Blob>(name: string, blob: Blob) => ({ name, type: "json", blob });

/** Tests what every store promises about reading jobs. */
export function jobReadsContract(name: string, openEmpty: OpenEmpty): void {
  describe(`reading jobs from the ${name} store`, () => {
    const empty = emptyStoreForEach(openEmpty);
    const kinds = async (...batch: Arrival[]) =>
      (await empty.store.storeSubmissions(batch)).map(({ kind }) => kind);

    it("finds the jobs of a task id, and no job of another task", async () => {
      await kinds(anArrival(), anArrival({ taskId: "guid0/0" }), anArrival({ taskId: "guid/1" }));
      const guids = (await empty.store.findJobsByGuid("guid")).map(({ job }) => job.job_guid);
      expect(guids).toEqual(["guid/0", "guid/1"]);
    });

    it("finds the jobs of one project, however many others there are", async () => {
      const of = (project: string, taskId: string) => {
        return anArrival({ taskId, origin: { kind: "hg.mozilla.org", project, revision: REVISION } });
      };
      const others = Array.from({ length: 100 }, (_, n) => of(`project-${n}`, "guid/0"));
      await empty.store.storeSubmissions([
        ...others,
        ...["guid/1", "guid", "guid/0"].map((id) => of("z", id)),
      ]);
      const found = async (guid: string, project: string | null) =>
        (await empty.store.findJobsByGuid(guid, project)).map(({ job }) => [job.project, job.job_guid]);
      expect(await found("guid", null)).toHaveLength(100);
      expect(await found("guid", "z")).toEqual([
        ["z", "guid"],
        ["z", "guid/0"],
        ["z", "guid/1"],
      ]);
      expect(await found("guid/1", "z")).toEqual([["z", "guid/1"]]);
      expect(await found("guid/0", "project-7")).toEqual([["project-7", "guid/0"]]);
      expect(await found("gui", "z")).toEqual([]);
      expect(await found("guid", "Z")).toEqual([]);
    });

    it("a job comes before its runs, however many these are", async () => {
      const runs = Array.from({ length: 100 }, (_, n) => anArrival({ taskId: `guid/${n}` }));
      await empty.store.storeSubmissions([...runs, anArrival({ taskId: "guid" })]);
      const found = await empty.store.findJobsByGuid("guid", "try");
      expect(found).toHaveLength(100);
      expect(found[0]?.job.job_guid).toBe("guid");
    });

    it("finds a job and its logs by the task's slug or UUID, whichever form it was stored with", async () => {
      const [slug, uuid] = ["fJhBlPyZTLKrsXAv8oEXpQ", "7c984194-fc99-4cb2-abb1-702ff28117a5"];
      const logs = [{ name: "buildbot_text", url: "http://logs.example/1" }];
      await kinds(anArrival({ taskId: `${uuid}/0`, logs }), anArrival({ taskId: `${slug}/1`, logs }));
      await kinds(anArrival({ taskId: "7c984194-fc99-4cb2-abb1-702ff28117a6/0", logs }));
      const found = async (id: string) =>
        (await empty.store.findJobsByGuid(id)).map(({ job }) => job.job_guid).toSorted();
      for (const id of [slug, uuid, uuid.toUpperCase()]) {
        expect(await found(id)).toEqual([`${uuid}/0`, `${slug}/1`]);
        expect(await found(`${id}/0`)).toEqual([`${uuid}/0`]);
        expect(await found(`${id}/1`)).toEqual([`${slug}/1`]);
        const listed = await empty.store.listLogs({ job_guid: `${id}/1`, limit: 10 });
        expect(listed.map(({ job_guid }) => job_guid)).toEqual([`${slug}/1`]);
      }
    });

    describe("an explained job", () => {
      const summary = artifact("text_log_summary", { step_data: { all_errors: [] } });
      const text = { name: "buildbot_text", url: "http://logs.example/1" };

      it("has for each artifact whether it comes from a message, a log or a summary", async () => {
        await kinds(anArrival({ logs: [text], jobInfo: { summary: "sent" } }));
        await kinds(anArrival({ taskId: "b/0", extra: { artifacts: [summary] } }));
        const made = artifact("Job Info", '{"job_details":[]}');
        for (const kind of ["log", "suggestions"] as const) {
          const [item] = await empty.store.claimWork(aClaim({ kind, limit: 1 }));
          if (item === undefined) throw new Error("nothing was claimed");
          expect(await empty.store.finishWork(item, [made, artifact("Bug suggestions", "[]")])).toBe(true);
        }
        expect((await empty.store.findJobsByGuid("guid/0"))[0]?.artifacts).toEqual([
          { name: "Job Info", made_by: ["message", "log"] },
          { name: "Bug suggestions", made_by: ["log"] },
        ]);
        expect((await empty.store.findJobsByGuid("b/0"))[0]?.artifacts).toEqual([
          { name: "text_log_summary", made_by: ["message"] },
          { name: "Job Info", made_by: ["summary"] },
          { name: "Bug suggestions", made_by: ["summary"] },
        ]);
      });

      it("has its push, its logs and the pending suggestions", async () => {
        await kinds(
          anArrival({ logs: [text], coalesced: ["other/0"], extra: { artifacts: [summary] } }),
          anArrival({ taskId: "other/0" }),
          anArrival({ taskId: "guid/0x", extra: { artifacts: [summary] } }),
        );
        expect(await empty.store.findJobsByGuid("guid/0")).toMatchObject([
          {
            job: { job_guid: "guid/0", transitions: [{ state: "completed", redelivered: false }] },
            result_set: { push_timestamp: 0, revision: REVISION },
            coalesced_to: null,
            logs: [{ ...text, parse_status: "parsed" }],
            suggestions: [{ attempts: 0, next_attempt_at: expect.any(String), failure: null }],
          },
        ]);
        expect(await empty.store.findJobsByGuid("other/0")).toMatchObject([
          { coalesced_to: "guid/0", suggestions: [] },
        ]);
        expect(await empty.store.findJobsByGuid("nobody/0")).toEqual([]);
      });
    });
  });
}
