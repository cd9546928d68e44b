import { describe, expect, it } from "@jest/globals";
import {
  advanceJob,
  type DecisiveJob,
  firstJob,
  isUnused,
  setState,
} from "../../../src/store/rules/advance-job.ts";
import { anArrival, restOrigin } from "../../examples.ts";

const PUSH = "try/aaaaaaaaaaaa";

function jobIn(state: string) {
  return firstJob(anArrival({ state }), PUSH, "w1");
}

const table = [
  ["pending", "pending", "same"],
  ["pending", "running", "update"],
  ["pending", "completed", "update"],
  ["running", "pending", "late"],
  ["running", "running", "same"],
  ["running", "completed", "update"],
  ["completed", "pending", "late"],
  ["completed", "running", "late"],
  ["completed", "completed", "same"],
] as const;

describe("the state table", () => {
  for (const state of ["pending", "running", "completed"]) {
    it(`with nothing stored, ${state} creates a job`, () => {
      expect(jobIn(state)).toMatchObject({ state, version: 1, result_set: PUSH, transitions: [{ state }] });
    });
  }

  for (const [stored, incoming, kind] of table) {
    it(`with ${stored} stored, ${incoming} is: ${kind}`, () => {
      expect(advanceJob(jobIn(stored), anArrival({ state: incoming }), PUSH, "w2").kind).toBe(kind);
    });
  }

  for (const state of ["unknown", "coalesced"]) {
    it(`with ${state} stored, ${state} is late, because states without a rank are not compared`, () => {
      const arrival = anArrival();
      const job = { ...arrival.submission.job, state };
      const again = { ...arrival, submission: { ...arrival.submission, job } };
      const stored = firstJob(again, PUSH, "w1");
      expect(advanceJob(stored, again, PUSH, "w2")).toEqual({ kind: "late", changes: null });
      expect(isUnused(stored, { ...again, replayed: true })).toBe(false);
    });
  }

  it("a second `completed` changes nothing, even with another result", () => {
    const retried = firstJob(anArrival({ isRetried: true }), PUSH, "w1");
    expect(retried.result).toBe("retry");
    expect(advanceJob(retried, anArrival({ result: "success" }), PUSH, "w2").kind).toBe("same");
  });
});

describe("a message from the archive", () => {
  const at = (minute: number, state: string) => ({
    ...anArrival({ state }),
    received_at: `2026-01-05T10:0${minute}:00.000Z`,
  });
  const running = firstJob(at(1, "running"), PUSH, "w1");
  const completed = advanceJob(running, at(3, "completed"), PUSH, "w2");
  if (completed.kind !== "update") throw new Error("it moves");
  const kindOf = (minute: number, state: string, stored: DecisiveJob = completed.changes) =>
    advanceJob(stored, { ...at(minute, state), replayed: true }, PUSH, "w3").kind;

  it("is not used if it found the job in its own state when it arrived, whatever the job's present state", () => {
    expect(kindOf(2, "running")).toBe("same");
    expect(advanceJob(completed.changes, at(2, "running"), PUSH, "w3").kind).toBe("late");
    const current = { ...running, ...completed.changes, state: "running" };
    const back = setState(current, "pending", "2026-01-05T10:04:00.000Z", restOrigin, "w3");
    expect(back && kindOf(2, "running", back)).toBe("same");
  });

  it("is used as before if it moved the job, or arrived when the job had another state", () => {
    expect(kindOf(1, "running")).toBe("late");
    expect(kindOf(0, "running")).toBe("late");
    expect(kindOf(2, "pending")).toBe("late");
    expect(kindOf(4, "running")).toBe("late");
    expect(kindOf(2, "completed", running)).toBe("update");
  });
});

describe("an update", () => {
  const machine = { platform: "linux64", os: "linux", architecture: "x86_64" };
  const first = firstJob(
    anArrival({ state: "pending", tier: 2, timeScheduled: "2016-07-01T10:00:00Z", runMachine: machine }),
    PUSH,
    "w1",
  );
  const second = advanceJob(
    first,
    anArrival({
      tier: 3,
      owner: "new",
      labels: ["debug"],
      result: "fail",
      timeScheduled: "2017-01-01T00:00:00Z",
      timeStarted: "2016-07-01T10:01:00Z",
      runMachine: { ...machine, platform: "win10" },
    }),
    "try/bbbbbbbbbbbb",
    "w2",
  );
  const job = second.kind === "update" ? { ...first, ...second.changes } : null;

  it("sets the fields that depend on the state", () => {
    expect(job).toMatchObject({ state: "completed", result: "testfailed", who: "new", options: ["debug"] });
    expect(job).toMatchObject({ start_timestamp: 1467367260, result_set: "try/bbbbbbbbbbbb", version: 2 });
  });

  it("keeps tier, submit time, platforms and signature of the first message", () => {
    expect(job).toMatchObject({
      tier: 2,
      submit_timestamp: 1467367200,
      machine_platform: { platform: "linux64" },
    });
    expect(job?.signature).toBe(first.signature);
  });

  it("adds a transition", () => {
    expect(job?.transitions.map(({ state }) => state)).toEqual(["pending", "completed"]);
  });
});

it("keeps the first transition and the last nine, so that the first sender stays known", () => {
  let job = firstJob(anArrival({ state: "pending" }), PUSH, "w1");
  for (let n = 0; n < 20; n++) {
    const at = `2026-01-05T11:00:${String(n).padStart(2, "0")}.000Z`;
    const changes = setState(job, n % 2 === 0 ? "running" : "pending", at, restOrigin, "w2");
    if (changes === null) throw new Error("it changes");
    job = { ...job, ...changes };
  }
  const [first, ...others] = job.transitions;
  expect(first).toMatchObject({ origin: "pulse", received_at: "2026-01-05T10:00:00.000Z" });
  expect(others.map(({ received_at }) => received_at.slice(17, 19))).toEqual([
    ...["11", "12", "13", "14", "15", "16", "17", "18", "19"],
  ]);
});

it("keeps the first hundred refusals, each once", () => {
  const arrival = anArrival();
  const refused = Array.from({ length: 500 }, (_, n) => ({
    what: `artifact ${n % 250}`,
    reason: "is not an object",
  }));
  const first = firstJob({ ...arrival, submission: { ...arrival.submission, refused } }, "try/a", "w1");
  expect(first.refused).toHaveLength(100);
  expect(first.refused.at(-1)?.what).toBe("artifact 99");
});
