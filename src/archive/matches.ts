import { taskIdForms } from "../domain/task-id-forms.ts";
import type { ArchiveFilter } from "../store/ports/archive-store.ts";
import type { ArchivedEntry } from "./segment.ts";

/** Returns whether a message is wanted: for one with several jobs, whether any of them is. Pure. */
export function matches(entry: ArchivedEntry, filter: ArchiveFilter): boolean {
  const { origin, received_at, projects, tasks } = entry;
  const { since, until, exchange, client, project, task } = filter;
  if (since !== null && received_at < since) return false;
  if (until !== null && received_at >= until) return false;
  if (exchange !== null && (origin.kind !== "pulse" || origin.exchange !== exchange)) return false;
  if (client !== null && (origin.kind !== "rest" || origin.clientId !== client)) return false;
  if (project !== null && !projects.includes(project)) return false;
  return task === null || tasks.some((guid) => isOfTask(guid, task));
}

/** Returns whether a guid is the wanted one, or a run of the wanted task, in whatever form the task's id is written. */
export function isOfTask(guid: string, wanted: string): boolean {
  return taskIdForms(wanted).some((form) => guid === form || guid.startsWith(`${form}/`));
}
