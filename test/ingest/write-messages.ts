import type { Delivery } from "../../src/domain/delivery.ts";
import { deliveryMessage, type ReadDelivery } from "../../src/ingest/deliveries/delivery-message.ts";
import type { JobEnd, JudgedJob, Message } from "../../src/ingest/progress/message.ts";
import { begin, hasEnded, type MessageProgress } from "../../src/ingest/progress/message-progress.ts";
import type { PatientStore } from "../../src/ingest/progress/patient-store.ts";
import { type WriteStore, writeSlice } from "../../src/ingest/write/write-path.ts";
import { readDelivery } from "../../src/judge/judge-delivery.ts";
import { limits, schemas } from "../examples.ts";

const judgeOptions = { schemas, ...limits, tiers: new Map(), acceptsProject: () => true };

/** Decodes and judges a delivery as the worker does. */
export const realRead: ReadDelivery = (delivery) => readDelivery(delivery, judgeOptions);

/** Returns a delivery as a message of the write path. */
export function messageOf(delivery: Delivery, read: ReadDelivery = realRead): Message {
  return deliveryMessage(delivery, read, delivery.redelivered);
}

/** Returns a store that is called once per operation, without waiting while it is unavailable. */
export function impatient<Store>(store: Store): PatientStore<Store> {
  return { ask: (call) => call(store) };
}

export interface Written {
  readonly messages: readonly MessageProgress[];
  /** The jobs that were written, in order. */
  readonly jobs: readonly { readonly job: JudgedJob; readonly end: JobEnd }[];
}

/** Passes messages through the write path, without a worker around it. */
export async function writeMessages(
  store: WriteStore,
  messages: readonly Message[],
  rejectionMaxBytes = 65_536,
): Promise<Written> {
  const options = { store: impatient(store), rejectionMaxBytes, quotaOf: () => null };
  const jobs: Written["jobs"][number][] = [];
  let progress: readonly MessageProgress[] = messages.map((message) => begin(message));
  while (!progress.every(hasEnded)) {
    const { batch, ends } = await writeSlice(progress, {
      ...options,
      batch: { maxItems: 1000, maxBytes: 1e7 },
    });
    for (const [job, end] of ends) {
      if (end === null) throw new Error("the store is away");
      jobs.push({ job, end });
    }
    progress = batch;
  }
  return { messages: progress, jobs };
}
