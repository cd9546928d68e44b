import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { numberOf } from "../../src/domain/document-numbers.ts";
import type { JobView } from "../../src/store/ports/job-reads.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { Arrival } from "../../src/store/ports/submission-store.ts";
import { aClaim, anArrival, EXCHANGE, overRest, restOrigin } from "../examples.ts";
import type { Database, OpenEmpty } from "./empty-store.ts";

type Overrides = Readonly<Record<string, unknown>>;
const summary = { name: "text_log_summary", type: "json", blob: {} };

/** Tests what every store promises about retries over REST, which rename a job, and about states that are set directly. */
export function retryContract(name: string, openEmpty: OpenEmpty): void {
  describe(`retries over REST in the ${name} store`, () => {
    let database: Database;
    let store: Store;
    let guid = "";
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
        guid = `retried-${stories++}`;
        await tell();
      });
    };
    const job = (state: string, overrides: Overrides = {}, suffix = ""): Arrival => {
      const arrival = anArrival({ taskId: "x/0", state, ...overrides });
      const { submission } = arrival;
      const named = { ...submission.job, job_guid: `${guid}${suffix}` };
      return overRest({ ...arrival, submission: { ...submission, job: named } });
    };
    const retry = (suffix = "_12345", overrides: Overrides = {}): Arrival =>
      job("completed", { isRetried: true, ...overrides }, suffix);
    const kinds = async (...batch: Arrival[]) =>
      (await store.storeSubmissions(batch)).map(({ kind }) => kind);
    const find = (suffix = ""): Promise<JobView | null> => store.findJob("try", `${guid}${suffix}`);
    const stateOf = async (suffix = ""): Promise<string | null> => {
      const view = await find(suffix);
      return view && `${view.job.state} ${view.job.result}`;
    };

    for (const state of ["pending", "running"]) {
      story(
        `a retry completes a ${state} job and renames it; logs, artifacts and work keep with it`,
        async () => {
          const parts = {
            logs: [{ name: "buildbot_text", url: "http://l/1" }],
            extra: { artifacts: [{ name: "first", type: "json", blob: 1 }] },
            jobInfo: { summary: "first" },
          };
          const winner = { coalesced: [guid] };
          await kinds(job(state, parts), job("completed", winner, "-winner"));
          const before = await find();
          const brought = {
            logs: [{ name: "custom", url: "http://l/2" }],
            extra: { artifacts: [summary] },
            coalesced: [`${guid}-other`],
          };
          expect(await kinds(retry("_12345", brought), job("pending", {}, "-other"))).toEqual([
            "stored",
            "stored",
          ]);

          expect(await find()).toBeNull();
          const view = await find("_12345");
          expect(view?.job).toMatchObject({
            ...{ job_guid: `${guid}_12345`, state: "completed", result: "retry" },
            ...{ rest_id: before?.job.rest_id, transitions: [{ state }, { state: "completed" }] },
          });
          expect(view?.job.rest_id).toBe(numberOf(`try/${guid}`));
          expect(view?.coalesced_to).toBe(`${guid}-winner`);
          expect(view?.logs).toMatchObject([
            { name: "buildbot_text", job_guid: `${guid}_12345`, parse_status: "pending" },
            { name: "custom", job_guid: `${guid}_12345` },
          ]);
          expect(view?.artifacts.toSorted()).toEqual(["Job Info", "first", "text_log_summary"]);
          expect((await store.findArtifact("try", `${guid}_12345`, "first"))?.blob).toBe("1");
          expect((await find("-other"))?.coalesced_to).toBe(`${guid}_12345`);
          const [explained] = await store.findJobsByGuid(`${guid}_12345`);
          expect(explained?.suggestions).toHaveLength(1);
        },
      );
    }

    story("the next run uses the old guid, and is a job of its own with another number", async () => {
      await kinds(job("running"));
      await kinds(retry());
      for (const state of ["pending", "running", "completed"])
        expect(await kinds(job(state))).toEqual(["stored"]);
      expect(await stateOf()).toBe("completed success");
      expect(await stateOf("_12345")).toBe("completed retry");
      const first = numberOf(`try/${guid}`);
      expect([(await find("_12345"))?.job.rest_id, (await find())?.job.rest_id]).toEqual([first, first + 1]);
      expect((await find())?.logs).toEqual([]);
    });

    story("all runs of a job may arrive in one batch", async () => {
      const batch = [
        ...[job("pending"), job("running"), retry("_00001")],
        ...[job("running"), retry("_00002"), retry("_00001")],
        ...[job("pending"), job("completed")],
      ];
      expect(await kinds(...batch)).toEqual([
        ...["stored", "stored", "stored", "stored", "stored", "unchanged", "stored", "stored"],
      ]);
      expect(await Promise.all(["", "_00001", "_00002"].map(stateOf))).toEqual([
        ...["completed success", "completed retry", "completed retry"],
      ]);
    });

    story("without a job to rename, retries are jobs of their own", async () => {
      expect(await kinds(retry(), retry("_67890"))).toEqual(["stored", "stored"]);
      expect(await Promise.all(["", "_12345", "_67890"].map(stateOf))).toEqual([
        ...[null, "completed retry", "completed retry"],
      ]);
    });

    story("a retry that is sent again changes nothing", async () => {
      await kinds(job("running"));
      expect(await kinds(retry(), retry())).toEqual(["stored", "unchanged"]);
      expect(await kinds(retry())).toEqual(["unchanged"]);
      expect(await find()).toBeNull();
    });

    story("a completed job is not renamed, but gets the retry's logs and artifacts", async () => {
      await kinds(job("completed"));
      const brought = { logs: [{ name: "custom", url: "u" }], extra: { artifacts: [summary] } };
      expect(await kinds(retry("_12345", brought))).toEqual(["unchanged"]);
      expect(await find("_12345")).toBeNull();
      expect(await find()).toMatchObject({
        job: { result: "success" },
        logs: [{ name: "custom" }],
        artifacts: ["text_log_summary"],
      });
    });

    const withResult = (arrival: Arrival, result: string): Arrival => {
      const { submission } = arrival;
      return { ...arrival, submission: { ...submission, job: { ...submission.job, result } } };
    };
    const withSuffix = (arrival: Arrival, suffix: string): Arrival => {
      const { submission } = arrival;
      const named = { ...submission.job, job_guid: `${guid}${suffix}` };
      return { ...arrival, submission: { ...submission, job: named } };
    };
    for (const [what, message] of [
      ["a task of Pulse", (arrival: Arrival) => ({ ...arrival, origin: anArrival().origin })],
      ["a job that is not a retry", (arrival: Arrival) => withResult(arrival, "success")],
      ["a guid with other characters after its `_`", (arrival: Arrival) => withSuffix(arrival, "_job")],
    ] as const) {
      story(`${what} may have an underscore in its guid`, async () => {
        await kinds(job("running"));
        const arrival = message(retry());
        expect(await kinds(arrival)).toEqual(["stored"]);
        expect(await stateOf()).toBe("running unknown");
        expect(await store.findJob("try", arrival.submission.job.job_guid)).not.toBeNull();
      });
    }
    story("a log that was being read when its job was renamed is read again", async () => {
      await kinds(job("running", { logs: [{ name: "buildbot_text", url: "http://l/1" }] }));
      const claim = aClaim({ exchange: "client:client-a", limit: 20 });
      const items = (await store.claimWork(claim)).filter(({ job_guid }) => job_guid === guid);
      await kinds(retry());
      for (const item of items) expect(await store.finishWork(item, [])).toBe(false);
      const again = (await store.claimWork(claim)).filter(({ job_guid }) => job_guid === `${guid}_12345`);
      expect([items.length, again.length]).toEqual([1, 1]);
      for (const item of again) expect(await store.finishWork(item, [])).toBe(true);
      expect((await find("_12345"))?.logs).toMatchObject([{ parse_status: "parsed" }]);
    });

    story("a retry with an unknown revision hash is rejected, and renames nothing", async () => {
      await kinds(job("running"));
      const { submission, ...rest } = retry();
      const named = { ...submission, revision: null, revision_hash: "c".repeat(40) };
      expect(await kinds({ ...rest, submission: named })).toEqual(["rejected"]);
      expect(await stateOf()).toBe("running unknown");
    });

    const at = "2026-01-05T11:00:00.000Z";
    const set = async (state: Parameters<Store["setJobState"]>[2], project = "try") =>
      store.setJobState(project, (await find())?.job.rest_id ?? 1, state, at, restOrigin);

    story(
      "a client can set the state of a job, even backwards, but never change a completed one",
      async () => {
        await store.storeSubmissions([{ ...job("running"), origin: anArrival().origin }]);
        expect(await set("running")).toBe("unchanged");
        expect(await set("pending")).toBe("updated");
        expect(await set("coalesced")).toBe("updated");
        expect((await find())?.job).toMatchObject({
          ...{ state: "coalesced", result: "unknown", version: 3, last_modified: at },
          transitions: [
            { state: "running", exchange: EXCHANGE },
            { state: "pending", origin: "rest", client_id: "client-a", received_at: at },
            { state: "coalesced", origin: "rest" },
          ],
        });
        // The message that moved the job before is replayed from the archive; then another one arrives.
        expect(await kinds(job("running"))).toEqual(["unchanged"]);
        expect(await stateOf()).toBe("coalesced unknown");
        expect(await kinds({ ...job("running"), received_at: "2026-01-05T12:00:00.000Z" })).toEqual([
          "stored",
        ]);
        expect(await set("pending")).toBe("unchanged");
        expect(await stateOf()).toBe("running unknown");
        expect(await set("completed")).toBe("updated");
        for (const state of ["pending", "completed", "coalesced"] as const)
          expect(await set(state)).toBe("unchanged");
        expect(await stateOf()).toBe("completed unknown");
      },
    );

    story("the state of a job that is not in the project is not set", async () => {
      await kinds(job("running"));
      expect(await set("pending", "other")).toBe("unknown");
      expect(await store.setJobState("try", 1, "pending", at, restOrigin)).toBe("unknown");
      expect(await stateOf()).toBe("running unknown");
    });
  });
}
