import { isUtf8 } from "node:buffer";
import type { RawBody } from "../domain/delivery.ts";
import { ok, type Result, refuse } from "../domain/faults.ts";
import { blankUrls } from "../domain/text/blank-url.ts";
import { shown } from "../domain/text/hidden-characters.ts";
import { countBrackets, measureJson } from "../domain/text/json-size.ts";
import { type ParsedSource, parseSourceWithin } from "../domain/text/source-json.ts";
import { characterAt } from "./character-at.ts";
import { JsonSyntax } from "./json-syntax.ts";
import { undeclaredFormat } from "./undeclared-format.ts";
import { undoEncodings } from "./undo-encodings.ts";
import { countJobs, type DecodedJob, unwrapJobs } from "./unwrap-jobs.ts";

export interface DecodeLimits {
  /** The deepest nesting that is accepted. It prevents a stack overflow in recursive functions. */
  readonly maxDepth: number;
  /**
   * The maximum number of objects and lists in a body. It is needed because an empty object takes only two bytes, but a hundred times
   * as long to parse as text. Numbers whose text is kept count twice.
   */
  readonly maxObjects: number;
  /** The maximum number of jobs in a body. A body with more jobs is rejected as a whole. */
  readonly maxJobs: number;
  /** The maximum size of a decompressed body, in bytes. */
  readonly maxBodyBytes: number;
}

/**
 * Returns the job messages in a delivery: one JSON value or each item of an array, without the MozillaPulse envelope. Pure.
 * Declared encodings are undone. The content type is ignored, because publishers' tools disagree about it.
 *
 * @returns fault `oversize-body` for a body that was truncated on arrival; `malformed-body` for a body that is not strict UTF-8
 *   (no byte order mark), is not JSON, is nested too deeply, or contains no job; `too-many-objects` and `too-many-jobs` beyond
 *   these limits; and the faults of `undoEncodings`.
 */
export function decodeDelivery(
  { body: sent, oversize, properties }: RawBody,
  limits: DecodeLimits,
): Result<readonly DecodedJob[]> {
  if (oversize !== null) {
    return refuse({ reason: "oversize-body", bytes: oversize.bytes, limitBytes: oversize.limitBytes });
  }
  const undone = undoEncodings(sent, properties, limits.maxBodyBytes);
  if (!undone.ok) return undone;
  const body = undone.value;
  if (body.length === 0) return malformed("the body is empty");
  if (!isUtf8(body)) return undeclared(body) ?? malformed("the body is not valid UTF-8");
  const parsed = parse(body, limits);
  if (!parsed.ok) return parsed;
  const count = countJobs(parsed.value.value);
  if (count === 0) return malformed("the body is an empty array: it holds no job");
  // The limit on objects does not cover a list of numbers, which may hold half a million of them.
  return count > limits.maxJobs ? tooManyJobs(count, limits) : ok(unwrapJobs(parsed.value));
}

/** Refuses a body in a format that its properties do not declare. Returns null if there is no sign of one. */
function undeclared(body: Buffer): Refused | null {
  const format = undeclaredFormat(body);
  if (format === null) return null;
  const detail = `the body is ${format.name} data, but its properties do not say so`;
  return format.encoding === null
    ? malformed(detail)
    : malformed(detail, `publish UTF-8, or set content_encoding to ${format.encoding}`);
}

function tooManyJobs(jobs: number, { maxJobs: limit }: Pick<DecodeLimits, "maxJobs">): Refused {
  return refuse({ reason: "too-many-jobs", jobs, limit });
}

/**
 * Decodes a single job that is not in an array or an envelope. Pure.
 *
 * @param text - the job as JSON.
 * @returns a fault if the text is not JSON, is nested too deeply, or contains too many objects.
 */
export function decodeJob(text: string, limits: ParseLimits): Result<readonly DecodedJob[]> {
  const parsed = parse(Buffer.from(text), limits);
  return parsed.ok ? ok([{ ...parsed.value, at: "" }]) : parsed;
}

/**
 * Decodes an item of a posted list. Pure. Each item has the same limits as a message from the broker.
 *
 * @param item - valid UTF-8.
 * @returns fault `oversize-body` for an item that is too long, and the faults of `decodeJob`.
 */
export function decodeItem(item: Buffer, limits: ItemLimits): Result<ParsedSource> {
  const { maxBodyBytes: limitBytes } = limits;
  if (item.length > limitBytes) {
    return refuse({ reason: "oversize-body", bytes: item.length, limitBytes, isItem: true });
  }
  const parsed = parse(item, { ...limits, maxJobs: Number.POSITIVE_INFINITY });
  if (parsed.ok || parsed.fault.reason !== "too-many-objects") return parsed;
  return refuse({ ...parsed.fault, isItem: true });
}

export type ItemLimits = Omit<DecodeLimits, "maxJobs">;

/** A number whose text is kept takes as long to parse as this many empty objects. */
const OBJECTS_PER_KEPT_NUMBER = 2;

/** Parses a body unless it is too complex. @param body - valid UTF-8. */
function parse(body: Buffer, limits: ParseLimits): Result<ParsedSource> {
  const text = body.toString("utf8");
  const tooComplex = whyTooComplex(body, text, limits);
  if (tooComplex !== null) return tooComplex;
  try {
    const { value, source } = parseSourceWithin(text, limits.maxObjects / OBJECTS_PER_KEPT_NUMBER);
    if (source === undefined) return refuse({ reason: "too-many-objects", limit: limits.maxObjects });
    return ok({ value, source });
  } catch {
    return undeclared(body) ?? malformed(`the body is not JSON: ${whyNotJson(blankUrls(text))}`);
  }
}

type ParseLimits = Pick<DecodeLimits, "maxDepth" | "maxObjects" | "maxJobs">;
type Refused = ReturnType<typeof refuse>;

function malformed(detail: string, advice?: string): Refused {
  return refuse({ reason: "malformed-body", detail, ...(advice !== undefined && { advice }) });
}

/** Returns the parser's error message. @param text - without passwords, because the message quotes the text around the error. */
function whyNotJson(text: string): string {
  try {
    JSON.parse(text);
    return "the error is within the password of a URL";
  } catch (error) {
    // Some editors on Windows write this mark, which is invisible in the parser's message.
    if (text.startsWith("\ufeff")) return "it begins with a byte order mark; leave the mark out";
    return withLine(error instanceof Error ? error.message : String(error), text) + oddCharacter(text);
  }
}

/**
 * Names the character at the error if it is not printable ASCII. Text from chats and wikis contains no-break spaces and typographic
 * quotes, which cannot be told from other characters on a screen.
 */
function oddCharacter(text: string): string {
  const body = Buffer.from(text);
  const syntax = new JsonSyntax();
  syntax.read(body, body.length);
  const character = characterAt(body, syntax.at);
  return /^[\x20-\x7e\n\t]?$/.test(character) ? "" : `; the character there is ${shown(character)}`;
}

/** Adds the line and the column to the parser's message. Since Node 22 the message already contains them. */
function withLine(words: string, text: string): string {
  const [, position] = /at position (\d+)$/.exec(words) ?? [];
  if (position === undefined) return words;
  const before = text.slice(0, Number(position)).split("\n");
  return `${words} (line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1})`;
}

/** Returns why a body must not be parsed, or null if it may be. */
function whyTooComplex(body: Buffer, text: string, limits: ParseLimits): Refused | null {
  const { maxDepth, maxObjects, maxJobs } = limits;
  const most = Math.min(maxDepth, maxObjects);
  if (countBrackets(text, most) <= most) return null;
  const { depth, objects, items } = measureJson(body);
  if (depth > maxDepth) {
    return malformed(`the body is nested deeper than ${maxDepth} levels (MAX_DEPTH)`, "nest it less deeply");
  }
  if (objects <= maxObjects) return null;
  if (items > maxJobs) return tooManyJobs(items, limits);
  return refuse({ reason: "too-many-objects", limit: maxObjects });
}
