import { isUtf8 } from "node:buffer";
import type { RawBody } from "../domain/delivery.ts";
import { ok, type Result, refuse } from "../domain/faults.ts";
import { blankUrls } from "../domain/text/blank-url.ts";
import { type ParsedSource, parseSource } from "../domain/text/source-json.ts";
import { undoEncodings } from "./undo-encodings.ts";
import { type DecodedJob, unwrapJobs } from "./unwrap-jobs.ts";

export interface DecodeLimits {
  /** The deepest nesting that is accepted, so that no function that walks the value overflows the stack. */
  readonly maxDepth: number;
  /** The most bytes that a compressed body may inflate to. */
  readonly maxBodyBytes: number;
}

/**
 * Returns the job messages in a delivery: one JSON value, or each item of an array, without the envelope of MozillaPulse.
 * Pure. Declared encodings are undone. The content type is ignored, because publishers' tools disagree about it.
 *
 * @returns fault `oversize-body` for a body that was cut on arrival; `malformed-body` for one that is not strict UTF-8
 *   (no byte order mark), is not JSON, is nested too deep, or holds no job; and the faults of `undoEncodings`.
 */
export function decodeDelivery(
  { body: sent, oversize, properties }: RawBody,
  { maxDepth, maxBodyBytes }: DecodeLimits,
): Result<readonly DecodedJob[]> {
  if (oversize !== null) {
    return refuse({ reason: "oversize-body", bytes: oversize.bytes, limitBytes: oversize.limitBytes });
  }
  const undone = undoEncodings(sent, properties, maxBodyBytes);
  if (!undone.ok) return undone;
  const body = undone.value;
  if (body.length === 0) return malformed("the body is empty");
  if (!isUtf8(body)) return malformed("the body is not valid UTF-8");
  const parsed = parse(body, maxDepth);
  if (!parsed.ok) return parsed;
  const jobs = unwrapJobs(parsed.value);
  return jobs.length === 0 ? malformed("the body is an empty array: it holds no job") : ok(jobs);
}

/**
 * Returns a single job that is not in an array or an envelope any more. Pure.
 *
 * @param text - the job as JSON.
 * @returns fault `malformed-body` for a text that is not JSON or is nested too deep.
 */
export function decodeJob(
  text: string,
  { maxDepth }: Pick<DecodeLimits, "maxDepth">,
): Result<readonly DecodedJob[]> {
  const parsed = parse(Buffer.from(text), maxDepth);
  return parsed.ok ? ok([{ ...parsed.value, at: "" }]) : parsed;
}

/** @param body - valid UTF-8. */
function parse(body: Buffer, maxDepth: number): Result<ParsedSource> {
  const text = body.toString("utf8");
  if (hasMoreBrackets(text, maxDepth) && isDeeperThan(body, maxDepth)) {
    return malformed(`the body is nested deeper than ${maxDepth} levels`);
  }
  try {
    return ok(parseSource(text));
  } catch {
    return malformed(`the body is not JSON: ${whyNotJson(blankUrls(text))}`);
  }
}

function malformed(detail: string): ReturnType<typeof refuse> {
  return refuse({ reason: "malformed-body", detail });
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

/** Returns whether a text has more than `count` opening brackets. If not, it cannot be nested deeper. Faster than {@link isDeeperThan}. */
function hasMoreBrackets(text: string, count: number): boolean {
  let left = count;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (left-- === 0) return true;
    }
  }
  return false;
}

/** Reads bytes before they are parsed. In UTF-8 a quote, a backslash or a bracket is never part of another character. */
function isDeeperThan(body: Buffer, maxDepth: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (inString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) {
      inString = true;
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > maxDepth) return true;
    } else if (byte === 0x5d || byte === 0x7d) {
      depth--;
    }
  }
  return false;
}
