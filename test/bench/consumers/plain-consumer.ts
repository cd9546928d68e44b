/**
 * The consumer that a team would write first: each message is parsed, checked against the schema, written by one upsert, and
 * acknowledged. Of the worker's promises it keeps only "at least once": a late message overwrites a newer state.
 */
import { readFileSync } from "node:fs";
import draft04 from "ajv-draft-04";
import { type ConsumeMessage, connect } from "amqplib";
import { load } from "js-yaml";
import { MongoClient, MongoServerError } from "mongodb";
import * as z from "zod";
import { consumerOptions, startClock } from "./consume-batches.ts";

const { url, queue, prefetch, count, target } = consumerOptions();
const schema = load(readFileSync(new URL("../../../schemas/pulse-job.yml", import.meta.url), "utf8"));
const isJob = new draft04.default({ strict: false, validateFormats: false }).compile(
  z.looseObject({}).parse(schema),
);
const named = z.looseObject({ taskId: z.string() });
const client = await new MongoClient(target, { writeConcern: { w: "majority", j: true } }).connect();
const jobs = client.db().collection<{ _id: string }>("jobs");
const connection = await connect(url);
const channel = await connection.createChannel();
await channel.prefetch(prefetch);
let left = count;
let stopClock: (() => void) | null = null;

async function handle(message: ConsumeMessage): Promise<void> {
  stopClock ??= startClock();
  const parsed: unknown = JSON.parse(message.content.toString());
  for (const job of [parsed].flat().filter((each) => isJob(each))) {
    const { taskId, ...rest } = named.parse(job);
    await jobs.updateOne({ _id: taskId }, { $set: rest }, { upsert: true });
  }
  channel.ack(message);
  left--;
}

await new Promise<void>((resolve, reject) => {
  const onMessage = (message: ConsumeMessage | null): void => {
    if (message === null) throw new Error("the queue was deleted");
    const failed = (error: unknown): void => {
      // Two messages tried to create the same job at the same time. One of them fails, and is delivered again.
      if (error instanceof MongoServerError && error.code === 11_000) channel.nack(message);
      else reject(error);
    };
    handle(message)
      .catch(failed)
      .then(() => (left === 0 ? resolve() : undefined), reject);
  };
  channel.consume(queue, onMessage).catch(reject);
});
await channel.close();
(stopClock as (() => void) | null)?.();
await client.close();
await connection.close();
