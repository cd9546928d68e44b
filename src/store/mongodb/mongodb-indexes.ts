import {
  byTurn,
  type Collections,
  failedOnce,
  givenUp,
  isTombstone,
  numbered,
  waiting,
} from "./mongodb-collections.ts";
import { isTakenName } from "./mongodb-faults.ts";

const SUSPECT_SECONDS = 30 * 86_400;
const EARLIER_PUSH_INDEX = "result_set_1";

/**
 * Creates the indexes that reads need, unless they exist. Each index costs a write for every document. The parts of a job need no
 * index, because their ids begin with the job's id.
 */
export async function createIndexes(all: Collections): Promise<void> {
  await all.resultsets.createIndex({ revision_keys: 1 });
  await all.resultsets.createIndex({ project: 1, revision_hash: 1 });
  // The index is partial because many documents of an earlier version have no number.
  const onlyOnce = { unique: true, partialFilterExpression: numbered } as const;
  await all.resultsets.createIndex({ rest_id: 1 }, onlyOnce);
  await all.jobs.createIndex({ rest_id: 1 }, onlyOnce);
  await all.jobs.createIndex({ moved_number: 1 }, { partialFilterExpression: givenUp });
  await all.jobs.createIndex({ job_guid: 1 });
  await indexPushes(all.jobs);
  await all.jobs.createIndex({ result_set: 1, signature: 1 });
  await all.jobs.createIndex({ project: 1, last_modified: 1 });
  await all.tombstones.createIndex({ removed_at: 1 }, { partialFilterExpression: isTombstone });
  await all.resultsets.createIndex({ project: 1, push_timestamp: -1 });
  await all.resultsets.createIndex({ project: 1, order_at: -1, _id: -1 });
  await indexWaiting(all.logs);
  await all.logs.createIndex({ last_modified: 1 });
  await all.logs.createIndex({ failure: 1, next_attempt_at: 1 }, { partialFilterExpression: failedOnce });
  await all.logs.createIndex(byTurn, { partialFilterExpression: waiting });
  await all.suggestions.createIndex({ next_attempt_at: 1 });
  await all.suggestions.createIndex(byTurn, { partialFilterExpression: waiting });
  await all.bugs.createIndex({ generation: 1, "bug.id": 1 });
  await all.rejections.createIndex({ last_seen: 1, _id: 1 });
  await all.rejections.createIndex({ task_id: 1, last_seen: 1, _id: 1 });
  // The server compares the fields after the time in the index. A search for a rare and a common value then does not read every
  // document with the common value.
  const compared = { last_seen: 1, _id: 1, "fault.reason": 1, exchange: 1, project: 1 } as const;
  for (const first of ["exchange", "project", "fault.reason", "routing_key"]) {
    await all.rejections.createIndex({ [first]: 1, ...compared });
  }
  await all.rejections.createIndex({ expires_at: 1 }, { expireAfterSeconds: 0 });
  await all.quotas.createIndex({ expires_at: 1 }, { expireAfterSeconds: 0 });
  await all.bindings.createIndex({ queue: 1 });
  await all.nonces.createIndex({ client_id: 1, counted_as: 1, at: 1 });
  await all.nonces.createIndex({ expires_at: 1 }, { expireAfterSeconds: 0 });
  await all.suspects.createIndex({ last_seen: 1 }, { expireAfterSeconds: SUSPECT_SECONDS });
}

/** Creates the index of waiting logs. It replaces an index of all logs that an earlier version created under the same name. */
async function indexWaiting(logs: Collections["logs"]): Promise<void> {
  const create = () => logs.createIndex({ next_attempt_at: 1 }, { partialFilterExpression: waiting });
  try {
    await create();
  } catch (error) {
    if (!isTakenName(error)) throw error;
    await logs.dropIndex("next_attempt_at_1");
    await create();
  }
}

/** Creates the index of the jobs of a push. It replaces an index of an earlier version, which contained only the push. */
async function indexPushes(jobs: Collections["jobs"]): Promise<void> {
  await jobs.createIndex({ result_set: 1, last_modified: 1, _id: 1 });
  const indexes = await jobs.indexes();
  // If another worker drops the index first, this fails, and the caller creates all indexes again.
  if (indexes.some(({ name }) => name === EARLIER_PUSH_INDEX)) await jobs.dropIndex(EARLIER_PUSH_INDEX);
}
