import { createHash } from "node:crypto";
import { undeclaredFormat } from "../../decode/undeclared-format.ts";
import { undoEncodings } from "../../decode/undo-encodings.ts";
import type { BodyProperties, RawBody } from "../../domain/delivery.ts";
import type { Fault } from "../../domain/faults.ts";
import { type Origin, toStoredRoute } from "../../domain/origin.ts";
import type { RejectedPayload, Rejection } from "../../domain/rejection.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";
import { writeSource } from "../../domain/text/source-json.ts";

/** A compressed body is searched for passwords up to this decompressed length. */
const SEARCHED_BYTES = 4 * 1024 * 1024;

/** The part of a verdict that a rejection keeps. */
export interface Refused {
  readonly fault: Fault;
  /**
   * The job without its array or envelope. `undefined` if it could not be decoded; the raw bytes are then kept. The envelope is left out
   * because it contains the time of sending, with which a repeated message would never be recognised.
   */
  readonly payload: unknown;
  /** The raw bytes to keep. If absent, those of the whole message are kept. */
  readonly raw?: RawBody;
  readonly project: string | null;
  readonly task_id: string | null;
}

/** The part of a message that a rejection keeps. */
interface RefusedMessage {
  readonly origin: Origin;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAtMs: number;
  readonly raw: RawBody;
}

/**
 * Returns the rejection that is kept for people to read. Pure. Passwords in URLs are blanked everywhere in it. Publishers put log URLs
 * into messages, our own errors may quote a database's address, and not everyone who can read rejections should see these passwords.
 *
 * @param maxBytes - how much of the payload is kept. The hash and the length are always those of the whole payload.
 */
export function toRejection(message: RefusedMessage, refused: Refused, maxBytes: number): Rejection {
  const { origin, receivedAtMs, raw } = message;
  return {
    fault: blankFault(refused.fault),
    route: toStoredRoute(origin),
    project: refused.project === null ? null : blankUrls(refused.project),
    task_id: refused.task_id === null ? null : blankUrls(refused.task_id),
    payload:
      refused.payload === undefined
        ? rawPayload(refused.raw ?? raw, maxBytes, refused.fault.reason !== "killed-worker")
        : itemPayload(refused.payload, maxBytes),
    received_at: new Date(receivedAtMs).toISOString(),
  };
}

/** Returns the payload that identifies a rejection, without its content. @param payload - the same as in {@link Refused}. */
export function rejectedPayload(raw: RawBody, payload: unknown): RejectedPayload {
  return payload === undefined ? rawPayload(raw, 0, false) : itemPayload(payload, 0);
}

function itemPayload(payload: unknown, maxBytes: number): RejectedPayload {
  const text = writeSource(payload);
  const bytes = Buffer.from(text);
  // Passwords are blanked before the text is truncated, because a truncated password could look like a port.
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

/** @param isSearched - whether to decode the body to search it. False if decoding it may end the process. */
function rawPayload(
  { body, oversize, properties }: RawBody,
  maxBytes: number,
  isSearched: boolean,
): RejectedPayload {
  const blanked = blankedBody(isSearched ? plainBody(body, properties) : body);
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

/** Returns the decoded body if passwords had to be blanked in it, or null if it can be kept unchanged. */
function blankedBody(plain: Buffer): Buffer | null {
  // Latin-1 maps each byte to one character. URLs are plain ASCII in every encoding that remains.
  const text = plain.toString("latin1");
  const shown = blankUrls(text);
  return shown === text ? null : Buffer.from(shown, "latin1");
}

/** Undoes the encodings that are declared, and one that is not. */
function plainBody(body: Buffer, properties: BodyProperties | undefined): Buffer {
  const declared = undone(body, properties);
  const encoding = undeclaredFormat(declared)?.encoding ?? null;
  return encoding === null ? declared : undone(declared, { content_encoding: encoding });
}

/** Undoes encodings. Returns the body unchanged if they cannot be undone. */
function undone(body: Buffer, properties: BodyProperties | undefined): Buffer {
  const result = undoEncodings(body, properties, SEARCHED_BYTES);
  return result.ok ? result.value : body;
}

/** Blanks passwords in properties. No encoding has a name like a URL, so a property that is changed was not decodable anyway. */
function blankedProperties(properties: BodyProperties): BodyProperties {
  const blanked = Object.entries(properties).map(([name, value]) => [name, blankUrls(value)]);
  return Object.fromEntries(blanked);
}

/** Truncates a text to this many bytes of UTF-8. A character that would be split is left out. */
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
