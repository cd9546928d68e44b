import { writeSource } from "../../src/domain/text/source-json.ts";
import { readDelivery } from "../../src/judge/judge-delivery.ts";
import { aDelivery, limits, schemas } from "../examples.ts";
import type { Message } from "./expected.ts";

/** One item of a job collection, for the REST API of a worker. Its body is the JSON of the item alone. */
export interface PostedItem extends Message {
  readonly project: string;
  /** Null if the item has none. */
  readonly guid: string | null;
}

const rules = { schemas, ...limits, tiers: new Map(), acceptsProject: () => true };

/** Returns the job of a message as an item to post, or null unless the message holds a single job that is accepted. */
export function toPostedItem({ body, jobs }: Message): PostedItem | null {
  const [expected] = jobs;
  if (jobs.length !== 1 || expected?.kind !== "accepted") return null;
  const verdict = readDelivery(aDelivery(body), rules).verdictOf(0);
  if (verdict.kind !== "accepted") throw new Error(`an item was expected, and not ${verdict.kind}`);
  const { project, job } = verdict.posted;
  return { project, guid: job.job_guid, body: Buffer.from(writeSource(verdict.posted)), jobs };
}
