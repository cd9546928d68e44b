import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { numberOf } from "../../src/domain/document-numbers.ts";
import type { JobView } from "../../src/store/ports/job-reads.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { Arrival } from "../../src/store/ports/submission-store.ts";
import { anArrival, limits, overRest, through } from "../examples.ts";
import type { Database, OpenEmpty } from "./empty-store.ts";

type Overrides = Readonly<Record<string, unknown>>;
const machine = (platform: string) => ({
  name: `m-${platform}`,
  platform,
  os: "linux",
  architecture: "x86_64",
});
const artifact = (name: string, blob: unknown) => ({ name, type: "json", blob });

/** Returns a message whose logs, artifacts and coalesced jobs are named after its state, to show which of them are kept. */
function messageIn(state: string, taskId: string, overrides: Overrides = {}): Arrival {
  return anArrival({
    ...{ taskId, state, logs: [{ name: state, url: "u" }], coalesced: [`${taskId}+${state}`] },
    ...{ extra: { artifacts: [artifact(state, {})] }, owner: state, ...overrides },
  });
}

/** Tests what every store promises about the messages of a job: the state table, and what is never overwritten. */
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

    story("a message that changes a job of another exchange reports that exchange", async () => {
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
        // This message adds a log and an artifact.
        { kind: "unchanged", jobOf: "a" },
        { kind: "unchanged" },
        { kind: "unchanged" },
        { kind: "unchanged" },
      ]);
    });

    const table = [
      // The stored and the incoming state, the outcome, the state afterwards, and what is kept of the incoming message.
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
        `with ${stored ?? "nothing"} stored, ${incoming} is ${outcome}; the job is ${state}, and of the message ${kept} is kept`,
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
          // The log is due, even if the job itself stays unchanged.
          const due = logs.filter((each) => each.url === "new" && each.next_attempt_at !== null);
          expect(due).toHaveLength(kept === "nothing" ? 0 : 1);
          expect(artifacts.includes("new")).toBe(kept !== "nothing");
          expect((await view(`${guid}+new`)).coalesced_to).toBe(kept === "nothing" ? null : guid);
          expect(job.result).toBe(state === "completed" ? "success" : "unknown");
        },
      );
    }

    story(
      "a job without a known state gets the logs and artifacts of each message in that state",
      async () => {
        const without = (overrides: Overrides): Arrival => {
          const arrival = messageIn("pending", guid, overrides);
          const { submission } = arrival;
          return overRest({
            ...arrival,
            submission: { ...submission, job: { ...submission.job, state: "unknown" } },
          });
        };
        const second = without({
          owner: "second",
          logs: [unread],
          extra: { artifacts: [artifact("new", {})] },
        });
        expect(await kinds(without({ logs: [], extra: {} }))).toEqual(["stored"]);
        expect(await kinds(second, second)).toEqual(["unchanged", "unchanged"]);
        const { job, logs, artifacts } = await view();
        expect(job.state).toBe("unknown");
        expect(job.who).not.toBe("second");
        expect(logs).toMatchObject([{ ...unread, parse_status: "pending" }]);
        expect(artifacts).toEqual(["new"]);
      },
    );

    for (const batch of [
      ["pending", "running", "completed"],
      ["pending", "completed"],
      ["completed", "running", "pending"],
      ["running", "pending", "completed", "completed"],
    ]) {
      story(
        `${batch.join(", ")} in one batch give a completed job with the parts of all messages`,
        async () => {
          await kinds(...batch.map((state) => messageIn(state, guid)));
          const { job, logs, artifacts } = await view();
          expect(job.state).toBe("completed");
          const states = [...new Set(batch)].toSorted();
          expect(logs.map((each) => each.name).toSorted()).toEqual(states);
          expect(artifacts.toSorted()).toEqual(states);
        },
      );
    }

    story(
      "with pending stored, in a batch of pending and completed only the repeated pending is dropped",
      async () => {
        await kinds(messageIn("pending", guid));
        expect(await kinds(messageIn("pending", guid), messageIn("completed", guid))).toEqual([
          "unchanged",
          "stored",
        ]);
      },
    );

    story("a job with the result `retry` keeps it; a new run needs a guid of its own", async () => {
      await kinds(messageIn("completed", guid, { isRetried: true }));
      expect(await kinds(messageIn("completed", guid, { result: "success" }))).toEqual(["unchanged"]);
      expect((await view()).job.result).toBe("retry");
    });

    story("a job keeps its number when it moves", async () => {
      await kinds(messageIn("pending", guid));
      await kinds(messageIn("running", guid), messageIn("completed", guid));
      expect((await view()).job.rest_id).toBe(numberOf(`try/${guid}`));
    });

    story(
      "an update sets the fields that depend on the state; the others stay as in the first message",
      async () => {
        const first = {
          timeScheduled: "2016-07-01",
          tier: 2,
          runMachine: machine("linux64"),
          labels: ["opt"],
        };
        await kinds(messageIn("pending", guid, first));
        const before = (await view()).job;
        const other = {
          timeScheduled: "2017-07-01",
          tier: 3,
          runMachine: machine("win7"),
          labels: ["debug"],
        };
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
      },
    );

    story("an artifact stays as in the first message that contained it", async () => {
      await kinds(messageIn("running", guid, { extra: { artifacts: [artifact("x", 1), artifact("x", 2)] } }));
      await kinds(
        messageIn("completed", guid, { extra: { artifacts: [artifact("x", 3), artifact("y", 4)] } }),
      );
      await kinds(messageIn("pending", guid, { extra: { artifacts: [artifact("y", 5)] } }));
      expect((await store.findArtifact("try", guid, "x"))?.blob).toBe("1");
      expect((await store.findArtifact("try", guid, "y"))?.blob).toBe("4");
    });

    story("details of a Job Info are only added, and equal ones are kept once", async () => {
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

    story("the status of a log is not changed by a later message with the same log", async () => {
      await kinds(messageIn("pending", guid, { logs: [unread] }));
      await kinds(messageIn("running", guid, { logs: [read] }));
      expect((await view()).logs).toMatchObject([{ parse_status: "pending" }]);
      await kinds(messageIn("completed", `${guid}b`, { logs: [read] }));
      await kinds(messageIn("running", `${guid}b`, { logs: [unread] }));
      expect((await view(`${guid}b`)).logs).toMatchObject([{ parse_status: "parsed" }]);
    });

    story("logs with different names or URLs are different logs", async () => {
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
      story(
        `a job that is coalesced into two others belongs to the greater guid, in the order ${order.join("")}`,
        async () => {
          const arrivals = [
            messageIn("completed", guid),
            messageIn("completed", `${guid}/a`, { coalesced: [guid, "nobody"] }),
            messageIn("completed", `${guid}/b`, { coalesced: [guid] }),
          ];
          for (const at of order) await kinds(...arrivals.slice(at, at + 1));
          expect((await view()).coalesced_to).toBe(`${guid}/b`);
        },
      );
    }

    story("a message with the maximum number of parts is stored with all of them", async () => {
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
