import { randomUUID } from "node:crypto";
import { Refused } from "../../domain/faults.ts";
import type { SettableState } from "../../domain/job-state.ts";
import type { Origin } from "../../domain/origin.ts";
import { DECISIVE, type DecisiveJob, setState } from "../rules/advance-job.ts";
import { gridCell } from "../rules/grid-cell.ts";
import type { CellFields } from "./mongodb-cells.ts";
import { type Collections, toStoredJob, withNumberIn } from "./mongodb-collections.ts";
import { createMoves } from "./mongodb-moves.ts";
import { inOneReply, letOthersPass, MAX_ROUNDS, settleReads, TOO_SLOW } from "./mongodb-rounds.ts";
import { createTombstones } from "./mongodb-tombstones.ts";

const decisive = Object.fromEntries(
  [...DECISIVE, "cell", "moving_to", "removed_at"].map((name) => [name, 1]),
);

/** The fields of a stored job that are read to apply a message to it. */
export type ReadJob = DecisiveJob & CellFields;

/** Reads the jobs that a batch may change. */
export function createJobReading(all: Collections) {
  const { finishMoves } = createMoves(all);
  const { clearJobs } = createTombstones(all);

  /**
   * Reads only the fields that are needed, so that the server does not send the rest. If the move or removal of a job was interrupted,
   * it is completed first.
   */
  async function readJobs(ids: readonly string[]): Promise<Map<string, ReadJob>> {
    for (;;) {
      const jobs = await all.jobs
        .find({ _id: { $in: [...new Set(ids)] } }, { projection: decisive, ...inOneReply })
        .toArray();
      const moving = jobs.filter(({ moving_to }) => moving_to !== undefined);
      const removed = jobs.filter(({ removed_at }) => removed_at !== undefined);
      if (moving.length + removed.length === 0) {
        return new Map(
          jobs.map(({ _id, state, version, refused, transitions, cell }) => {
            const read = { state, version, refused, transitions };
            return [_id, cell === undefined ? read : { ...read, cell }];
          }),
        );
      }
      await finishMoves(moving.map(({ _id }) => _id));
      await clearJobs(removed.map(({ _id }) => _id));
    }
  }

  return { readJobs, finishMoves };
}

/** Sets the state of single jobs. */
export function createJobStates(all: Collections) {
  async function setJobState(
    project: string,
    restId: number,
    state: SettableState,
    at: string,
    origin: Origin,
  ): Promise<"updated" | "unchanged" | "unknown"> {
    for (let round = 0; round <= MAX_ROUNDS; round++) {
      if (round > 0) await letOthersPass(round);
      // The query does not contain the project, because some servers would look up all jobs of the project.
      const numbered = await all.jobs.findOne(withNumberIn([restId]));
      const found = numbered?.project === project ? numbered : null;
      const changes = found && setState(toStoredJob(found), state, at, origin, randomUUID());
      if (found === null || changes === null) {
        await settleReads(all);
        return found === null ? "unknown" : "unchanged";
      }
      const { _id, version } = found;
      const cell = JSON.stringify(gridCell({ ...found, ...changes }));
      const { matchedCount } = await all.jobs.updateOne({ _id, version }, { $set: { ...changes, cell } });
      if (matchedCount === 1) return "updated";
    }
    throw new Refused(TOO_SLOW);
  }

  return { setJobState };
}
