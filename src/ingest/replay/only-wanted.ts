import { isOfTask } from "../../archive/matches.ts";
import type { ReadMessage, Verdict } from "../../judge/verdict.ts";
import { guidOf, projectOfJob } from "../progress/message.ts";

/** Which jobs of a message are replayed; null stands for all. */
export interface WantedJobs {
  readonly project: string | null;
  /** The guid of a job, or a task id without its run. */
  readonly task: string | null;
}

/** Returns a message that only has the wanted jobs of this one, in their order. Pure. */
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
