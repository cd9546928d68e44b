import { isOfTask } from "../../archive/matches.ts";
import { isJsonObject } from "../../domain/text/json-object.ts";
import type { ReadMessage, Verdict } from "../../judge/verdict.ts";

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
  const found = placeOf(verdict);
  if (project !== null && found.project !== project) return false;
  return task === null || (found.guid !== null && isOfTask(found.guid, task));
}

/** Returns the project and the guid of a job, as far as they can be read. */
function placeOf(verdict: Verdict): { readonly project: string | null; readonly guid: string | null } {
  switch (verdict.kind) {
    case "accepted":
      return { project: verdict.submission.project, guid: verdict.submission.job.job_guid };
    case "push":
      return { project: verdict.project, guid: null };
    case "artifact":
      return { project: verdict.artifact.project, guid: verdict.artifact.job_guid };
    case "rejected":
      return { project: verdict.project, guid: verdict.task_id };
    case "skipped": {
      const { origin, taskId } = objectOf(verdict.payload);
      return { project: textOf(objectOf(origin)["project"]), guid: textOf(taskId) };
    }
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isJsonObject(value) ? value : {};
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
