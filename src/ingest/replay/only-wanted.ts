import { isOfTask } from "../../archive/matches.ts";
import type { ReadMessage, Verdict } from "../../judge/verdict.ts";
import { guidOf, projectOfJob } from "../progress/message.ts";

/** A filter for the jobs to replay. Null means all. */
export interface WantedJobs {
  readonly project: string | null;
  /** The guid of a job, or a task id without a run number. */
  readonly task: string | null;
}

/** Returns the message with only the wanted jobs, in order. Pure. */
export function onlyWanted(message: ReadMessage, wanted: WantedJobs): ReadMessage {
  if (wanted.project === null && wanted.task === null) return message;
  const { jobs, verdictOf } = message;
  const indexes = Array.from({ length: jobs }, (_, index) => index).filter((index) =>
    isWanted(verdictOf(index), wanted),
  );
  return { jobs: indexes.length, verdictOf: (index) => verdictOf(indexes[index] ?? jobs) };
}

function isWanted(verdict: Verdict, { project, task }: WantedJobs): boolean {
  if (project !== null && projectOfJob({ verdict }) !== project) return false;
  const guid = guidOf({ verdict });
  return task === null || (guid !== null && isOfTask(guid, task));
}
