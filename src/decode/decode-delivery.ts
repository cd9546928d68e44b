import { isUtf8 } from "node:buffer";
import type { RawBody } from "../domain/delivery.ts";
import { ok, type Result, refuse } from "../domain/faults.ts";
import { blankUrls } from "../domain/text/blank-url.ts";
import { countBrackets, measureJson } from "../domain/text/json-size.ts";
import { type ParsedSource, parseSourceWithin } from "../domain/text/source-json.ts";
import { undoEncodings } from "./undo-encodings.ts";
import { countJobs, type DecodedJob, unwrapJobs } from "./unwrap-jobs.ts";

export interface DecodeLimits {
  /** The deepest nesting that is accepted, so that no function that walks the value overflows the stack. */
  readonly maxDepth: number;
  /**
   * The most objects and lists in a body. An empty object takes two bytes, and the parser a hundred times as long as for text.
   * Numbers whose text is kept count twice.
   */
  readonly maxObjects: number;
  /** The most jobs in a body. One with more is refused as a whole. */
  readonly maxJobs: number;
  /** The most bytes that a compressed body may inflate to. */
  readonly maxBodyBytes: number;
}

/**
 * Returns the job messages in a delivery: one JSON value, or each item of an array, without the envelope of MozillaPulse.
 * Pure. Declared encodings are undone. The content type is ignored, because publishers' tools disagree about it.
 *
 * @returns fault `oversize-body` for a body that was cut on arrival; `malformed-body` for one that is not strict UTF-8
 *   (no byte order mark), is not JSON, is nested too deep, or holds no job; `too-many-objects` and `too-many-jobs` beyond these
 *   limits; and the faults of `undoEncodings`.
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
  if (!isUtf8(body)) return malformed("the body is not valid UTF-8");
  const parsed = parse(body, limits);
  if (!parsed.ok) return parsed;
  const count = countJobs(parsed.value.value);
  if (count === 0) return malformed("the body is an empty array: it holds no job");
  // A list may hold half a million numbers.
  return count > limits.maxJobs ? tooManyJobs(count, limits) : ok(unwrapJobs(parsed.value));
}

function tooManyJobs(jobs: number, { maxJobs: limit }: Pick<DecodeLimits, "maxJobs">): Refused {
  return refuse({ reason: "too-many-jobs", jobs, limit });
}

/**
 * Returns a single job that is not in an array or an envelope any more. Pure.
 *
 * @param text - the job as JSON.
 * @returns the faults of a text that is not JSON, is nested too deep, or holds too many objects.
 */
export function decodeJob(text: string, limits: ParseLimits): Result<readonly DecodedJob[]> {
  const parsed = parse(Buffer.from(text), limits);
  return parsed.ok ? ok([{ ...parsed.value, at: "" }]) : parsed;
}

/**
 * Returns an item of a posted list. Pure. The limits on a message from the broker hold for each item by itself.
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

/** @param body - valid UTF-8. */
function parse(body: Buffer, limits: ParseLimits): Result<ParsedSource> {
  const text = body.toString("utf8");
  const tooComplex = whyTooComplex(body, text, limits);
  if (tooComplex !== null) return tooComplex;
  try {
    const { value, source } = parseSourceWithin(text, limits.maxObjects / OBJECTS_PER_KEPT_NUMBER);
    if (source === undefined) return refuse({ reason: "too-many-objects", limit: limits.maxObjects });
    return ok({ value, source });
  } catch {
    return malformed(`the body is not JSON: ${whyNotJson(blankUrls(text))}`);
  }
}

type ParseLimits = Pick<DecodeLimits, "maxDepth" | "maxObjects" | "maxJobs">;
type Refused = ReturnType<typeof refuse>;

function malformed(detail: string, advice?: string): Refused {
  return refuse({ reason: "malformed-body", detail, ...(advice !== undefined && { advice }) });
}

/** The parser's message quotes the text around the error, so it is given a text without passwords. */
function whyNotJson(text: string): string {
  try {
    JSON.parse(text);
    return "the error is within the password of a URL";
  } catch (error) {
    // Editors on Windows write this mark. It is invisible in the parser's message.
    if (text.startsWith("\ufeff")) return "it begins with a byte order mark; leave the mark out";
    return withLine(error instanceof Error ? error.message : String(error), text);
  }
}

/** Adds line and column to the parser's message. From Node 22 on they are there already. */
function withLine(words: string, text: string): string {
  const [, position] = /at position (\d+)$/.exec(words) ?? [];
  if (position === undefined) return words;
  const before = text.slice(0, Number(position)).split("\n");
  return `${words} (line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1})`;
}

/** Returns why a body must not be parsed; null if it may be. */
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
