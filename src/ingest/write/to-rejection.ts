import { createHash } from "node:crypto";
import { undoEncodings } from "../../decode/undo-encodings.ts";
import { type BodyProperties, type Delivery, originOf } from "../../domain/delivery.ts";
import type { Fault } from "../../domain/faults.ts";
import { toStoredRoute } from "../../domain/origin.ts";
import type { RejectedPayload, Rejection } from "../../domain/rejection.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";
import { writeSource } from "../../domain/text/source-json.ts";

/** A compressed body is searched for passwords up to this length. */
const SEARCHED_BYTES = 4 * 1024 * 1024;

/** What a verdict knows of the job message that is refused. */
export interface Refused {
  readonly fault: Fault;
  /**
   * The job without the array or the envelope that held it; `undefined` where the body could not be decoded: its raw
   * bytes are kept. An envelope names the time of sending, so with it no message would be known again.
   */
  readonly payload: unknown;
  readonly project: string | null;
  readonly task_id: string | null;
}

/**
 * The rejection that is kept for people. Pure. Passwords in URLs are blanked in all of it: publishers put log URLs
 * into messages, our own errors may quote a database's address, and a rejection is read by more people than either
 * was meant for.
 *
 * @param maxBytes - how much of the payload is kept; its hash and length are always those of the whole.
 */
export function toRejection(delivery: Delivery, refused: Refused, maxBytes: number): Rejection {
  return {
    fault: blankFault(refused.fault),
    route: toStoredRoute(originOf(delivery)),
    project: refused.project === null ? null : blankUrls(refused.project),
    task_id: refused.task_id === null ? null : blankUrls(refused.task_id),
    payload:
      refused.payload === undefined
        ? rawPayload(delivery, maxBytes, refused.fault.reason !== "killed-worker")
        : itemPayload(refused.payload, maxBytes),
    received_at: new Date(delivery.receivedAtMs).toISOString(),
  };
}

/** What a rejection is known by, without any of its content. @param payload - as {@link Refused} has it. */
export function rejectedPayload(delivery: Delivery, payload: unknown): RejectedPayload {
  return payload === undefined ? rawPayload(delivery, 0, false) : itemPayload(payload, 0);
}

function itemPayload(payload: unknown, maxBytes: number): RejectedPayload {
  const text = writeSource(payload);
  const bytes = Buffer.from(text);
  // Before it is cut: behind a cut a password could no longer be told from a port.
  const shown = blankUrls(text);
  return {
    encoding: "json",
    content: cutText(shown, maxBytes),
    bytes: bytes.length,
    sha256: sha256(bytes),
    truncated: bytes.length > maxBytes,
    blanked: shown !== text,
  };
}

/** @param isSearched - false: its encodings are not undone, because to look at it may end the process. */
function rawPayload(delivery: Delivery, maxBytes: number, isSearched: boolean): RejectedPayload {
  const { body, oversize, properties } = delivery;
  const blanked = blankedBody(body, isSearched ? properties : undefined);
  const content = blanked ?? body;
  return {
    encoding: "base64",
    content: content.toString("base64", 0, Math.min(content.length, maxBytes)),
    bytes: oversize?.bytes ?? body.length,
    sha256: oversize?.sha256 ?? sha256(body),
    truncated: oversize !== null || content.length > maxBytes,
    blanked: blanked !== null,
    ...(properties !== undefined && { properties: blankedProperties(properties) }),
  };
}

/** The body, without its declared encodings, where passwords had to be blanked in it; null: it can be kept as it is. */
function blankedBody(body: Buffer, properties: BodyProperties | undefined): Buffer | null {
  const undone = undoEncodings(body, properties, SEARCHED_BYTES);
  const plain = undone.ok ? undone.value : body;
  // Each byte as one character, whatever it is: addresses are plain ASCII in every encoding that occurs.
  const text = plain.toString("latin1");
  const shown = blankUrls(text);
  return shown === text ? null : Buffer.from(shown, "latin1");
}

/** No encoding has the name of a URL, so what is blanked could not be undone before either. */
function blankedProperties(properties: BodyProperties): BodyProperties {
  const blanked = Object.entries(properties).map(([name, value]) => [name, blankUrls(value)]);
  return Object.fromEntries(blanked);
}

/** At most so many bytes of UTF-8; a character that would be split is left out. */
function cutText(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  let end = Math.min(maxBytes, bytes.length);
  while (end > 0 && end < bytes.length && isContinuation(bytes[end])) end--;
  return bytes.toString("utf8", 0, end);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function blankFault(fault: Fault): Fault {
  if (fault.reason === "schema-violation") {
    const violations = fault.violations.map((each) => ({ ...each, message: blankUrls(each.message) }));
    return { ...fault, violations };
  }
  if ("detail" in fault) return { ...fault, detail: blankUrls(fault.detail) };
  return "value" in fault ? { ...fault, value: blankUrls(fault.value) } : fault;
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
