import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { JobView } from "../../src/store/ports/job-reads.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { Arrival } from "../../src/store/ports/submission-store.ts";
import { anArrival, limits, through } from "../examples.ts";
import type { Database, OpenEmpty } from "./empty-store.ts";

type Overrides = Readonly<Record<string, unknown>>;
const machine = (platform: string) => ({
  name: `m-${platform}`,
  platform,
  os: "linux",
  architecture: "x86_64",
});
const artifact = (name: string, blob: unknown) => ({ name, type: "json", blob });

/** Logs, artifacts and coalesced jobs named after the state: what is kept of a message shows in them. */
function messageIn(state: string, taskId: string, overrides: Overrides = {}): Arrival {
  return anArrival({
    ...{ taskId, state, logs: [{ name: state, url: "u" }], coalesced: [`${taskId}+${state}`] },
    ...{ extra: { artifacts: [artifact(state, {})] }, owner: state, ...overrides },
  });
}

/** What every store promises of a job's messages: the state table, and what is never overwritten. */
export function jobStatesContract(name: string, openEmpty: OpenEmpty): void {
  describe(`jobs in the ${name} store`, () => {
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
        guid = `g${stories++}`;
        await tell();
      });
    };
    const kinds = async (...batch: Arrival[]) =>
      (await store.storeSubmissions(batch)).map(({ kind }) => kind);
    const view = async (of = guid): Promise<JobView> => {
      const found = await store.findJob("try", of);
      if (found === null) throw new Error(`${of} is not stored`);
      return found;
    };
    const unread = { name: "buildbot_text", url: "u" };
    const read = { ...unread, steps: [] };

    story("says of a message that changes a job of another exchange whose job it is", async () => {
      const by = (exchange: string, state: string, overrides: Overrides = {}): Arrival =>
        through(exchange, messageIn(state, guid, overrides));
      const bare = { logs: [], coalesced: [], extra: {} };
      const first = await store.storeSubmissions([by("a", "pending")]);
      const within = await store.storeSubmissions([by("b", "running"), by("a", "completed")]);
      const late = await store.storeSubmissions([
        by("b", "running"),
        by("b", "pending", bare),
        by("b", "completed"),
        by("a", "running"),
      ]);
      expect([...first, ...within, ...late]).toEqual([
        { kind: "stored" },
        { kind: "stored", jobOf: "a" },
        { kind: "stored" },
        // It adds a log and an artifact.
        { kind: "unchanged", jobOf: "a" },
        { kind: "unchanged" },
        { kind: "unchanged" },
        { kind: "unchanged" },
      ]);
    });

    const table = [
      // stored, incoming, the outcome, the state then, and what is kept of the incoming one
      [null, "pending", "stored", "pending", "all"],
      [null, "running", "stored", "running", "all"],
      [null, "completed", "stored", "completed", "all"],
      ["pending", "pending", "unchanged", "pending", "nothing"],
      ["pending", "running", "stored", "running", "all"],
      ["pending", "completed", "stored", "completed", "all"],
      ["running", "pending", "unchanged", "running", "logs and artifacts"],
      ["running", "running", "unchanged", "running", "nothing"],
      ["running", "completed", "stored", "completed", "all"],
      ["completed", "pending", "unchanged", "completed", "logs and artifacts"],
      ["completed", "running", "unchanged", "completed", "logs and artifacts"],
      ["completed", "completed", "unchanged", "completed", "nothing"],
    ] as const;
    for (const [stored, incoming, outcome, state, kept] of table) {
      story(
        `${stored ?? "nothing"} stored, ${incoming} comes: ${outcome}, ${state}; kept is ${kept}`,
        async () => {
          if (stored !== null) await kinds(messageIn(stored, guid));
          const extras = {
            ...{
              owner: "incoming",
              logs: [{ name: "buildbot_text", url: "new" }],
              coalesced: [`${guid}+new`],
            },
            extra: { artifacts: [artifact("new", {})] },
          };
          expect(await kinds(messageIn(incoming, guid, extras))).toEqual([outcome]);
          await kinds(messageIn("completed", `${guid}+new`));
          const { job, logs, artifacts } = await view();
          expect(job).toMatchObject({ state, who: kept === "all" ? "incoming" : stored });
          // A log that is due is work, also where the job's row stays as it is.
          const due = logs.filter((each) => each.url === "new" && each.next_attempt_at !== null);
          expect(due).toHaveLength(kept === "nothing" ? 0 : 1);
          expect(artifacts.includes("new")).toBe(kept !== "nothing");
          expect((await view(`${guid}+new`)).coalesced_to).toBe(kept === "nothing" ? null : guid);
          expect(job.result).toBe(state === "completed" ? "success" : "unknown");
        },
      );
    }

    for (const batch of [
      ["pending", "running", "completed"],
      ["pending", "completed"],
      ["completed", "running", "pending"],
      ["running", "pending", "completed", "completed"],
    ]) {
      story(`${batch.join(", ")} in one batch: completed, with the parts of each`, async () => {
        await kinds(...batch.map((state) => messageIn(state, guid)));
        const { job, logs, artifacts } = await view();
        expect(job.state).toBe("completed");
        const states = [...new Set(batch)].toSorted();
        expect(logs.map((each) => each.name).toSorted()).toEqual(states);
        expect(artifacts.toSorted()).toEqual(states);
      });
    }

    story(
      "pending is stored, pending and completed come in one batch: only the equal one is dropped",
      async () => {
        await kinds(messageIn("pending", guid));
        expect(await kinds(messageIn("pending", guid), messageIn("completed", guid))).toEqual([
          "unchanged",
          "stored",
        ]);
      },
    );

    story("a job that was retried stays so; a re-run needs a guid of its own", async () => {
      await kinds(messageIn("completed", guid, { isRetried: true }));
      expect(await kinds(messageIn("completed", guid, { result: "success" }))).toEqual(["unchanged"]);
      expect((await view()).job.result).toBe("retry");
    });

    story("an update sets what belongs to the state; the first message fixes the rest", async () => {
      const first = { timeScheduled: "2016-07-01", tier: 2, runMachine: machine("linux64"), labels: ["opt"] };
      await kinds(messageIn("pending", guid, first));
      const before = (await view()).job;
      const other = { timeScheduled: "2017-07-01", tier: 3, runMachine: machine("win7"), labels: ["debug"] };
      const times = { timeStarted: "2018-07-01", timeCompleted: "2019-07-01" };
      const display = { jobName: "other", jobSymbol: "O", groupSymbol: "og", groupName: "other group" };
      const rest = { reason: "r", productName: "p", result: "fail", jobKind: "build", display };
      const origin = { kind: "hg.mozilla.org", project: "try", revision: "e".repeat(40) };
      await kinds(messageIn("completed", guid, { ...other, ...times, ...rest, origin, owner: "o" }));
      const { job } = await view();
      const { submit_timestamp, signature, build_platform, machine_platform, tier, running_eta } = before;
      const fixed = { submit_timestamp, signature, build_platform, machine_platform, tier, running_eta };
      expect(job).toMatchObject({ ...fixed, failure_classification_id: 1, reference_data_name: signature });
      expect(job).toMatchObject({
        ...{ state: "completed", result: "busted", who: "o", reason: "r", product_name: "p" },
        ...{ machine: "m-win7", options: ["debug"], name: "other", job_symbol: "O" },
        ...{ group_symbol: "og", group_name: "other group", result_set: `try/${"e".repeat(12)}` },
        ...{ start_timestamp: 1530403200, end_timestamp: 1561939200 },
      });
      expect(job.option_collection_hash).not.toBe(before.option_collection_hash);
    });

    story("an artifact stays as the first message gave it, whoever comes later", async () => {
      await kinds(messageIn("running", guid, { extra: { artifacts: [artifact("x", 1), artifact("x", 2)] } }));
      await kinds(
        messageIn("completed", guid, { extra: { artifacts: [artifact("x", 3), artifact("y", 4)] } }),
      );
      await kinds(messageIn("pending", guid, { extra: { artifacts: [artifact("y", 5)] } }));
      expect((await store.findArtifact("try", guid, "x"))?.blob).toBe("1");
      expect((await store.findArtifact("try", guid, "y"))?.blob).toBe("4");
    });

    story("details of a Job Info are only ever added: of equal ones the first stays", async () => {
      const info = (...values: string[]) => ({
        jobInfo: {},
        extra: {
          artifacts: [
            artifact("Job Info", { job_details: values.map((value) => ({ value, content_type: guid })) }),
          ],
        },
      });
      await kinds(messageIn("running", guid, info("a", "a", "b")));
      await kinds(messageIn("completed", guid, info("b", "c")));
      const merged = JSON.parse((await store.findArtifact("try", guid, "Job Info"))?.blob ?? "null");
      expect(merged.job_details.map((detail: { value: string }) => detail.value)).toEqual(["a", "b", "c"]);
      expect((await view()).artifacts).toEqual(["Job Info"]);
    });

    story("a log's status is not changed by a later message that mentions it", async () => {
      await kinds(messageIn("pending", guid, { logs: [unread] }));
      await kinds(messageIn("running", guid, { logs: [read] }));
      expect((await view()).logs).toMatchObject([{ parse_status: "pending" }]);
      await kinds(messageIn("completed", `${guid}b`, { logs: [read] }));
      await kinds(messageIn("running", `${guid}b`, { logs: [unread] }));
      expect((await view(`${guid}b`)).logs).toMatchObject([{ parse_status: "parsed" }]);
    });

    story("a log of another name or URL is another log", async () => {
      const logs = [
        { name: "a", url: "u" },
        { name: "a", url: "v" },
        { name: "b", url: "u" },
        { name: "a", url: "u" },
      ];
      await kinds(messageIn("completed", guid, { logs }));
      expect((await view()).logs.map((each) => `${each.name} ${each.url}`)).toEqual([
        ...["a u", "a v", "b u"],
      ]);
    });

    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      story(`coalesced into two: the greater guid, in the order ${order.join("")}`, async () => {
        const arrivals = [
          messageIn("completed", guid),
          messageIn("completed", `${guid}/a`, { coalesced: [guid, "nobody"] }),
          messageIn("completed", `${guid}/b`, { coalesced: [guid] }),
        ];
        for (const at of order) await kinds(...arrivals.slice(at, at + 1));
        expect((await view()).coalesced_to).toBe(`${guid}/b`);
      });
    }

    story("a job with as many parts as one message may give it is stored with all of them", async () => {
      const { logs, artifacts, coalesced } = limits.jobLimits;
      const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
      const largest = messageIn("completed", guid, {
        logs: numbers(logs).map((n) => ({ name: `log${n}`, url: "u" })),
        extra: { artifacts: numbers(artifacts).map((n) => artifact(`a${n}`, n)) },
        coalesced: numbers(coalesced).map((n) => `${guid}/${n}`),
      });
      const last = `${guid}/${coalesced - 1}`;
      expect(await kinds(largest, messageIn("completed", last))).toEqual(["stored", "stored"]);
      const stored = await view();
      expect(stored.logs).toHaveLength(logs);
      expect(stored.artifacts).toHaveLength(artifacts);
      expect(stored.job.refused).toEqual([]);
      expect((await view(last)).coalesced_to).toBe(guid);
    });

    story("a job that moves forward stays coalesced", async () => {
      await kinds(messageIn("pending", guid), messageIn("completed", `${guid}/a`, { coalesced: [guid] }));
      await kinds(messageIn("completed", guid));
      expect(await view()).toMatchObject({ coalesced_to: `${guid}/a`, job: { state: "completed" } });
    });
  });
}
