import { expect, it } from "@jest/globals";
import { retentionText } from "../../../src/cli/output/retention-text.ts";
import type { WorkerStatus } from "../../../src/http/observe/worker-status.ts";

const idle: Omit<WorkerStatus["retention"], "kept"> = {
  ...{ working: false, held_by: null, trouble: null, last_run_at: null, lag_seconds: 0, removed: {} },
};

it.each([
  [{}, "no run ended yet; removed since start: nothing"],
  [
    { held_by: "worker on b, process 7" },
    "no run ended yet; worker on b, process 7 is removing now; removed since start: nothing",
  ],
  [{ working: true, removed: { jobs: 1, pushes: 0 } }, "at work; removed since start: 1 job"],
  [
    { working: true, lag_seconds: 7260, removed: { jobs: 20, pushes: 1, nonces: 2 } },
    "at work, 2 h 1 min behind; removed since start: 20 jobs, 1 push, 2 nonces",
  ],
])("%j is described in one line", (overrides, text) => {
  expect(retentionText({ ...idle, ...overrides })).toBe(text);
});
