import { isUtf8 } from "node:buffer";
import { shown } from "../domain/text/hidden-characters.ts";
import { EventLoopTurns } from "../timing/event-loop-turns.ts";
import { characterAt } from "./character-at.ts";
import { JsonSyntax } from "./json-syntax.ts";
import { undeclaredFormat } from "./undeclared-format.ts";

/** How many bytes are read before the event loop may get a turn. Reading them takes less than a millisecond. */
const PIECE_BYTES = 64 * 1024;

/** The unparsed items of a list. */
export interface FoundItems {
  readonly ok: true;
  readonly count: number;
  /** Returns the bytes of an item: valid JSON, possibly followed by white space. They share the memory of the body. */
  readonly at: (index: number) => Buffer;
}

/** The reason why a body contains no items that can be judged. */
export interface NoItems {
  readonly ok: false;
  readonly kind: "malformed" | "not-a-list" | "too-many-items";
  /** The problem, in words for the sender, such as `JSON parse error - unexpected "]" at line 3 column 7`. */
  readonly detail: string;
}

/**
 * Finds the items of a body, which must be one JSON list. The syntax of the whole body is checked, so that no item is stored if there
 * is an error later in the body. The body is not parsed, and other work gets its turn every few milliseconds, whatever the body
 * contains.
 *
 * @param maxItems - the search ends as soon as there are more items.
 */
export async function findItems(body: Buffer, maxItems: number): Promise<FoundItems | NoItems> {
  if (body.length === 0) return malformed("the body is empty");
  if (!isUtf8(body)) return malformed(undeclared(body) ?? "the body is not valid UTF-8");
  const turns = new EventLoopTurns();
  const syntax = new JsonSyntax();
  const { starts, ends } = syntax;
  for (let to = 0; to < body.length; ) {
    to = Math.min(to + PIECE_BYTES, body.length);
    if (!syntax.read(body, to)) return malformed(await describeError(body, syntax.at, turns));
    if (starts.length > maxItems) {
      const detail = `The body holds more than ${maxItems} items: send them in several requests.`;
      return { ok: false, kind: "too-many-items", detail };
    }
    await turns.giveIfDue();
  }
  if (!syntax.isComplete) return malformed("the body ends too early");
  if (!syntax.isList) return { ok: false, kind: "not-a-list", detail: "The body must be a list of items." };
  return { ok: true, count: starts.length, at: (index) => body.subarray(starts[index], ends[index]) };
}

function malformed(detail: string): NoItems {
  return { ok: false, kind: "malformed", detail: `JSON parse error - ${detail}` };
}

/** Describes a body that begins like data in a format other than UTF-8. Returns null if it does not. */
function undeclared(body: Buffer): string | null {
  const format = undeclaredFormat(body);
  return format === null ? null : `the body is ${format.name} data: send it as UTF-8`;
}

/** Describes a byte that is a syntax error. Only one character is quoted, because the body may contain passwords. */
async function describeError(body: Buffer, at: number, turns: EventLoopTurns): Promise<string> {
  // Some editors on Windows write this mark, which is invisible.
  if (at === 0 && body.toString("utf8", 0, 3) === "\ufeff") {
    return "the body begins with a byte order mark; leave the mark out";
  }
  const otherFormat = undeclared(body);
  if (otherFormat !== null) return otherFormat;
  const byte = body[at] ?? 0;
  const place = `at ${await placeOf(body, at, turns)}`;
  // Python writes these numbers.
  const isOddNumber = /^-?(?:NaN|Infinity)/.test(body.toString("latin1", at, at + 10));
  if (isOddNumber) return `NaN and Infinity are not JSON: leave the number out ${place}`;
  if (byte < 0x20) return `unexpected control character ${place}`;
  if (byte >= 0x7f) {
    return `unexpected ${shown(characterAt(body, at))} ${place}`;
  }
  return `unexpected ${JSON.stringify(String.fromCharCode(byte))} ${place}`;
}

/** Returns the line and the column of a byte in words. Both are counted from 1. */
async function placeOf(body: Buffer, at: number, turns: EventLoopTurns): Promise<string> {
  let [line, column] = [1, 1];
  for (let before = 0; before < at; before++) {
    if (before % PIECE_BYTES === 0) await turns.giveIfDue();
    const byte = body[before] ?? 0;
    if (byte === 0x0a) {
      line++;
      column = 1;
    } else if ((byte & 0xc0) !== 0x80) {
      // Only the first byte of a character counts.
      column++;
    }
  }
  return `line ${line} column ${column}`;
}
