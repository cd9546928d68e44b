import type { ArchivedEntry } from "../../archive/segment.ts";
import { collectionAt } from "../../domain/collection.ts";
import type { Fault } from "../../domain/faults.ts";
import { guidOf, type JudgedJob, projectOfJob } from "../progress/message.ts";
import type { EndedJob, MessageProgress } from "../progress/message-progress.ts";

/** Returns a message in the form in which it is archived. The entry is found by the jobs that have a verdict or have ended. Pure. */
export function toEntry({ message, judged, ended }: MessageProgress): ArchivedEntry {
  const { origin, receivedAtMs, raw } = message;
  const { content_type = null, content_encoding = null, compression = null } = raw.properties ?? {};
  const jobs = [...ended, ...judged.map(toFound)];
  // The items of this collection have revisions instead of guids, so there are no tasks to find.
  const isOfPushes = origin.kind === "rest" && collectionAt(origin.endpoint)?.kind === "resultset";
  return {
    origin,
    received_at: new Date(receivedAtMs).toISOString(),
    ...{ content_type, content_encoding, compression },
    body: raw.body,
    oversize: raw.oversize,
    unreadable_queue: jobs.map(({ fault }) => queueIn(fault)).find((queue) => queue !== null) ?? null,
    projects: once(jobs.map(({ project }) => project)),
    tasks: isOfPushes ? [] : once(jobs.map(({ guid }) => guid)),
  };
}

type Found = Pick<EndedJob, "project" | "guid" | "fault">;

function toFound(job: JudgedJob): Found {
  const { verdict } = job;
  return { project: projectOfJob(job), guid: guidOf(job), fault: "fault" in verdict ? verdict.fault : null };
}

function queueIn(fault: Fault | null): string | null {
  return fault?.reason === "unreadable-delivery" ? fault.queue : null;
}

function once(texts: readonly (string | null)[]): string[] {
  return [...new Set(texts)].filter((text) => text !== null);
}
