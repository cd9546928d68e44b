import { resultSetId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/ports/store.ts";

const ALL = 100_000;

/** Documents that the ports do not list, and everything else that might be stored without being listed. */
const counted = ["jobs", "resultsets", "artifacts", "coalesced", "logs", "suggestions"] as const;

/**
 * Reads everything that messages have left in a store, through its ports, so that stores can be compared, even of different kinds.
 * It leaves out what does not depend on messages: the random ids of writes, and when a rejection expires.
 */
export async function readWhole(store: Store): Promise<Readonly<Record<string, unknown>>> {
  const whole: Record<string, unknown> = {};
  const counts = await store.countDocuments();
  for (const name of counted) whole[`number of ${name}`] = counts[name];
  for (const project of await store.listProjectNames(ALL)) {
    const jobs = await store.readJobs(await store.pageOfProject(project, 0, ALL));
    const pushes = new Map<string, number>();
    for (const { job, coalesced_to, push } of jobs) {
      const { write_id: _random, ...decided } = job;
      const heads = await store.listArtifacts(project, job.job_guid);
      const artifacts = await Promise.all(
        heads.map(async (head) => [head, await store.findArtifact(project, job.job_guid, head.name)]),
      );
      const key = `job ${project}/${job.job_guid}`;
      const ofPush = push && { rest_id: push.rest_id, revision: push.revision };
      whole[key] = { job: decided, coalesced_to, push: ofPush, artifacts };
      if (push !== null) pushes.set(job.result_set, push.rest_id);
    }
    const query = { project, from: null, to: null, author: null, skip: 0, limit: ALL };
    for (const push of [
      ...(await store.findPushes([...pushes.values()])),
      ...(await store.listSubmittedPushes(query)),
    ]) {
      whole[`push ${resultSetId(project, push.revision)}`] = push;
    }
    for (const { id, ...log } of await store.listLogs({ project, limit: ALL })) whole[`log ${id}`] = log;
  }
  for (const { id, expires_at: _later, ...rejection } of await store.listRejections({ limit: ALL })) {
    whole[`rejection ${id}`] = rejection;
  }
  return whole;
}
