import { createHash } from "node:crypto";
import type { Delivery } from "../domain/delivery.ts";
import type { Fault } from "../domain/faults.ts";
import type { RejectedPayload, Rejection } from "../domain/rejection.ts";

/** What a verdict knows of the job message that is refused. */
export interface Refused {
  readonly fault: Fault;
  /** The array's item, or the one job; `undefined` where the body could not be decoded: its raw bytes are kept. */
  readonly payload: unknown;
  readonly project: string | null;
  readonly task_id: string | null;
}

/**
 * The rejection that is kept for people. Pure.
 *
 * @param maxBytes - how much of the payload is kept; its hash and length are always those of the whole.
 */
export function toRejection(delivery: Delivery, refused: Refused, maxBytes: number): Rejection {
  return {
    fault: refused.fault,
    exchange: delivery.exchange,
    routing_key: delivery.routingKey,
    project: refused.project,
    task_id: refused.task_id,
    payload: rejectedPayload(delivery, refused.payload, maxBytes),
    received_at: new Date(delivery.receivedAtMs).toISOString(),
  };
}

/** What is kept of a refused message, and the hash that it is known by. @param payload - as {@link Refused} has it. */
export function rejectedPayload(delivery: Delivery, payload: unknown, maxBytes: number): RejectedPayload {
  return payload === undefined ? rawPayload(delivery, maxBytes) : itemPayload(payload, maxBytes);
}

function itemPayload(payload: unknown, maxBytes: number): RejectedPayload {
  const bytes = Buffer.from(JSON.stringify(payload));
  const truncated = bytes.length > maxBytes;
  return {
    encoding: "json",
    // A cut may split a character: what is left of it is dropped.
    content: truncated ? bytes.toString("utf8", 0, maxBytes).replace(/\uFFFD$/, "") : bytes.toString("utf8"),
    bytes: bytes.length,
    sha256: sha256(bytes),
    truncated,
  };
}

function rawPayload({ body, oversize }: Delivery, maxBytes: number): RejectedPayload {
  return {
    encoding: "base64",
    content: body.toString("base64", 0, Math.min(body.length, maxBytes)),
    bytes: oversize?.bytes ?? body.length,
    sha256: oversize?.sha256 ?? sha256(body),
    truncated: oversize !== null || body.length > maxBytes,
  };
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
