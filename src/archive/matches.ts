import { taskIdForms } from "../domain/task-id-forms.ts";
import type { ArchiveFilter } from "../store/ports/archive-store.ts";
import type { ArchivedEntry } from "./segment.ts";

/** Returns whether a message matches the filter. A message with several jobs matches if any of its jobs does. Pure. */
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

/** Returns whether a guid equals the wanted guid, or is a run of the wanted task. The task's id may be written in any of its forms. */
export function isOfTask(guid: string, wanted: string): boolean {
  return taskIdForms(wanted).some((form) => guid === form || guid.startsWith(`${form}/`));
}
