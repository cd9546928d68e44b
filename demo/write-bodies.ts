import { settingsSchema } from "../src/config/settings.ts";
import { collectionAt } from "../src/domain/collection.ts";
import { deliveryMessage } from "../src/ingest/deliveries/delivery-message.ts";
import type { Message } from "../src/ingest/progress/message.ts";
import { begin, hasEnded, type MessageProgress } from "../src/ingest/progress/message-progress.ts";
import { type WriteStore, writeSlice } from "../src/ingest/write/write-path.ts";
import { readDelivery } from "../src/judge/judge-delivery.ts";
import { judgeLimits } from "../src/judge/judge-limits.ts";
import { readCollection } from "../src/judge/read-collection.ts";
import { loadCollectionSchemas } from "../src/validate/collection-schemas.ts";
import { loadSchemas } from "../src/validate/validate-job.ts";
import type { DemoBody } from "./refused-messages.ts";

const BODIES_AT_ONCE = 500;

/**
 * Writes messages and posts into a store, through the worker's own write path: they are judged, normalised, and stored or
 * rejected.
 *
 * @param onWritten - called from time to time with the number of bodies that have been written.
 */
export async function writeBodies(
  store: WriteStore,
  bodies: readonly DemoBody[],
  onWritten: (bodies: number) => void,
): Promise<void> {
  const settings = settingsSchema.parse({});
  const rules = { ...judgeLimits(settings), tiers: new Map() };
  const judging = { ...rules, schemas: loadSchemas(), acceptsProject: () => true };
  const posting = { ...rules, collections: loadCollectionSchemas(), maxItems: settings.REST_MAX_ITEMS };

  async function toMessage({ atMs, origin, bytes }: DemoBody): Promise<Message> {
    if (origin.kind === "pulse") {
      const delivery = { ...origin, receivedAtMs: atMs, body: bytes, oversize: null };
      return deliveryMessage(delivery, (read) => readDelivery(read, judging), false);
    }
    const collection = collectionAt(origin.endpoint);
    if (collection === null) throw new Error(`nothing is posted at ${origin.endpoint}`);
    const read = await readCollection(bytes, { ...posting, ...collection });
    if (!read.ok) throw new Error(read.detail);
    return {
      ...{ origin, receivedAtMs: atMs, raw: { body: bytes, oversize: null }, read: () => read.reading },
      ...{ suspectKey: null, spoolable: null, waitsForStore: false },
    };
  }

  const options = {
    store: { ask: <T>(call: (there: WriteStore) => Promise<T>) => call(store) },
    rejectionMaxBytes: settings.REJECTION_MAX_BYTES,
    quotaOf: () => null,
    batch: { maxItems: BODIES_AT_ONCE, maxBytes: settings.MAX_BODY_BYTES },
  };
  for (let at = 0; at < bodies.length; at += BODIES_AT_ONCE) {
    const messages = await Promise.all(bodies.slice(at, at + BODIES_AT_ONCE).map(toMessage));
    let batch: readonly MessageProgress[] = messages.map((message) => begin(message));
    while (!batch.every(hasEnded)) {
      const pass = await writeSlice(batch, options);
      if ([...pass.ends.values()].includes(null)) throw new Error(`the store is away`);
      batch = pass.batch;
    }
    onWritten(Math.min(at + BODIES_AT_ONCE, bodies.length));
  }
}
