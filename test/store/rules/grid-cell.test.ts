import { expect, it } from "@jest/globals";
import { CELL } from "../../../src/domain/job-cell.ts";
import { advanceJob, firstJob } from "../../../src/store/rules/advance-job.ts";
import { changedCell, gridCell } from "../../../src/store/rules/grid-cell.ts";
import { anArrival } from "../../examples.ts";

const PUSH = "try/aaaaaaaaaaaa";
const machine = { name: "m1", platform: "linux64", os: "linux", architecture: "x86_64" };
const pending = anArrival({ state: "pending", labels: ["debug"], tier: 2, runMachine: machine });
const completed = anArrival({
  ...{ state: "completed", result: "fail", labels: ["opt", "e10s"], tier: 3 },
  display: { jobName: "Renamed", jobSymbol: "R", groupSymbol: "G", groupName: "Group" },
  ...{ timeStarted: "2026-01-05T10:00:00Z", timeCompleted: "2026-01-05T10:09:00Z" },
});

it("a cell has each member in its place", () => {
  const job = firstJob(pending, PUSH, "w");
  const cell = gridCell(job);
  expect(cell).toHaveLength(Object.keys(CELL).length);
  expect([cell[CELL.guid], cell[CELL.state], cell[CELL.tier]]).toEqual(["guid/0", "pending", 2]);
  expect([cell[CELL.groupSymbol], cell[CELL.symbol], cell[CELL.name]]).toEqual(["T", "M3", "Mochitest"]);
  expect([cell[CELL.platform], cell[CELL.options], cell[CELL.version]]).toEqual(["linux64", ["debug"], 1]);
});

it("a cell that is changed is the same as the cell of the changed job", () => {
  const job = firstJob(pending, PUSH, "w");
  const advance = advanceJob(job, completed, PUSH, "w2");
  if (advance.kind !== "update") throw new Error(advance.kind);
  const cell = changedCell(gridCell(job), advance.changes);
  expect(cell).toEqual(gridCell({ ...job, ...advance.changes }));
  expect([cell[CELL.state], cell[CELL.name], cell[CELL.version]]).toEqual(["completed", "Renamed", 2]);
  // The platform and the tier stay as they were first received.
  expect([cell[CELL.platform], cell[CELL.tier]]).toEqual(["linux64", 2]);
});
