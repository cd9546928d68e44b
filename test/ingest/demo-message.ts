import type { DemoBody } from "../../demo/refused-messages.ts";
import { collectionAt } from "../../src/domain/collection.ts";
import type { Message } from "../../src/ingest/progress/message.ts";
import { readCollection } from "../../src/judge/read-collection.ts";
import { itemRules } from "../examples.ts";
import { messageOf } from "./write-messages.ts";

/** Returns a message or a post of the made-up week as the write path receives it. */
export async function demoMessage({ atMs, origin, bytes: body }: DemoBody): Promise<Message> {
  if (origin.kind === "pulse") return messageOf({ ...origin, receivedAtMs: atMs, body, oversize: null });
  const collection = collectionAt(origin.endpoint);
  if (collection === null) throw new Error(`nothing is posted at ${origin.endpoint}`);
  const read = await readCollection(body, { ...collection, maxItems: 1000, ...itemRules });
  if (!read.ok) throw new Error(read.detail);
  return {
    ...{ origin, receivedAtMs: atMs, raw: { body, oversize: null }, read: () => read.reading },
    ...{ suspectKey: null, spoolable: null, waitsForStore: false },
  };
}
