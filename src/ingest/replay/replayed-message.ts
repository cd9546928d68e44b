import type { ArchivedMessage } from "../../domain/archived-message.ts";
import { collectionAt } from "../../domain/collection.ts";
import type { BodyProperties, Delivery, RawBody } from "../../domain/delivery.ts";
import type { Fault } from "../../domain/faults.ts";
import { rejectionId } from "../../domain/ids.ts";
import { type PulseOrigin, type RestOrigin, toStoredRoute } from "../../domain/origin.ts";
import { type JudgeOptions, readDelivery, refusedWhole } from "../../judge/judge-delivery.ts";
import type { ItemRules } from "../../judge/judge-item.ts";
import { readCollection } from "../../judge/read-collection.ts";
import { deliveryMessage } from "../deliveries/delivery-message.ts";
import type { Message } from "../progress/message.ts";
import { rejectedPayload } from "../write/to-rejection.ts";
import { onlyWanted, type WantedJobs } from "./only-wanted.ts";

export interface ReplayRules {
  /** The current schemas, limits, registry and tiers. */
  readonly judge: JudgeOptions & ItemRules;
  readonly wanted: WantedJobs;
  /** The faults of messages that killed workers, by the id of their rejection. Such messages are rejected again unread. */
  readonly killers: ReadonlyMap<string, Fault>;
}

/**
 * Returns an archived message as a message of the write path. It is read in the same way as when it arrived. It is neither treated as
 * a suspect nor spooled, because an operator replays it in a separate process.
 */
export async function replayedMessage(
  { origin, ...archived }: ArchivedMessage,
  rules: ReplayRules,
): Promise<Message> {
  return origin.kind === "pulse" ? fromBroker(origin, archived, rules) : fromClient(origin, archived, rules);
}

type Archived = Omit<ArchivedMessage, "origin">;

function fromBroker(origin: PulseOrigin, archived: Archived, rules: ReplayRules): Message {
  const { exchange, routingKey, redelivered } = origin;
  const { received_at, unreadable_queue: queue } = archived;
  const delivery: Delivery = {
    ...{ exchange, routingKey, redelivered },
    receivedAtMs: Date.parse(received_at),
    ...rawBodyOf(archived),
    ...(queue !== null && { unreadable: { queue } }),
  };
  const killer = killerOf(origin, delivery, rules.killers);
  const read = (one: Delivery) =>
    killer === null ? onlyWanted(readDelivery(one, rules.judge), rules.wanted) : refusedWhole(killer);
  return { ...deliveryMessage(delivery, read, false), spoolable: null };
}

function rawBodyOf({ body, oversize, ...declared }: Archived): RawBody {
  const { content_type, content_encoding, compression } = declared;
  if (content_type === null && content_encoding === null && compression === null) return { body, oversize };
  const properties: BodyProperties = {
    ...(content_type !== null && { content_type }),
    ...(content_encoding !== null && { content_encoding }),
    ...(compression !== null && { compression }),
  };
  return { body, oversize, properties };
}

function killerOf(origin: PulseOrigin, raw: RawBody, killers: ReplayRules["killers"]): Fault | null {
  // This is nearly always the case, and saves computing a hash.
  if (killers.size === 0) return null;
  return killers.get(rejectionId(rejectedPayload(raw, undefined), toStoredRoute(origin))) ?? null;
}

/** Reads an archived request. The client's access to the project and the number of items are not checked again. */
async function fromClient(origin: RestOrigin, archived: Archived, rules: ReplayRules): Promise<Message> {
  const { body, received_at } = archived;
  const raw = rawBodyOf(archived);
  const collection = collectionAt(origin.endpoint);
  const found =
    collection === null
      ? ({ ok: false, detail: `no collection is posted to ${origin.endpoint}` } as const)
      : await readCollection(body, { ...collection, maxItems: Number.POSITIVE_INFINITY, ...rules.judge });
  return {
    origin,
    receivedAtMs: Date.parse(received_at),
    raw,
    read() {
      // The request was accepted when it arrived, so this is a bug, or the archive is damaged.
      if (!found.ok) throw new Error(`the archived request cannot be read: ${found.detail}`);
      return onlyWanted(found.reading, rules.wanted);
    },
    suspectKey: null,
    spoolable: null,
    waitsForStore: true,
  };
}
