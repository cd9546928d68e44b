import type { JobCell } from "../../../src/domain/job-cell.ts";
import { type GridJob, toGridJob } from "../../../src/web/grid/grid-job.ts";

/** The members of a cell by name. A test names only those that matter to it. */
export interface CellParts {
  readonly guid: string;
  readonly state: string;
  readonly result: string | null;
  readonly classification: number;
  readonly tier: number;
  readonly groupSymbol: string;
  readonly groupName: string;
  readonly symbol: string;
  readonly name: string;
  readonly platform: string;
  readonly options: readonly string[];
  readonly submit: number;
  readonly start: number;
  readonly end: number;
  readonly version: number;
}

let made = 0;

/** Returns the cell of a job that passed; each has a guid of its own. */
export function aCell(parts: Partial<CellParts> = {}): JobCell {
  made += 1;
  const cell: CellParts = {
    ...{ guid: `guid-${made}/0`, state: "completed", result: "success", classification: 1, tier: 1 },
    ...{ groupSymbol: "M", groupName: "Mochitests", symbol: String(made), name: "mochitest" },
    ...{ platform: "linux64", options: ["debug"], submit: 1000, start: 1060, end: 1660, version: 1 },
    ...parts,
  };
  return [
    ...([cell.guid, cell.state, cell.result, cell.classification, cell.tier, cell.groupSymbol] as const),
    ...([cell.groupName, cell.symbol, cell.name, cell.platform, cell.options] as const),
    ...([cell.submit, cell.start, cell.end, cell.version] as const),
  ];
}

/** Returns a job as the grid works with it. */
export function aGridJob(parts: Partial<CellParts> = {}, isCoalesced = false): GridJob {
  return toGridJob(aCell(parts), isCoalesced);
}
