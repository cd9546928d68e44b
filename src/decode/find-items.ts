import { isUtf8 } from "node:buffer";
import { EventLoopTurns } from "../timing/event-loop-turns.ts";
import { JsonSyntax } from "./json-syntax.ts";

/** How many bytes are read before the event loop may turn. They take less than a millisecond. */
const PIECE_BYTES = 64 * 1024;

/** The items of a list, none of which has been parsed. */
export interface FoundItems {
  readonly ok: true;
  readonly count: number;
  /** Returns the bytes of an item: valid JSON, perhaps with white space after it. They share the memory of the body. */
  readonly at: (index: number) => Buffer;
}

/** Why a body holds no items that can be judged. */
export interface NoItems {
  readonly ok: false;
  readonly kind: "malformed" | "not-a-list" | "too-many-items";
  /** What is wrong, in words for the sender, such as `JSON parse error - unexpected "]" at line 3 column 7`. */
  readonly detail: string;
}

/**
 * Finds the items of a body that must be one JSON list, and checks the syntax of all of it, so that no item is stored of a body
 * that is broken further behind. The body is not parsed, and other work has its turn every few milliseconds, whatever it holds.
 *
 * @param maxItems - the search ends as soon as there are more.
 */
export async function findItems(body: Buffer, maxItems: number): Promise<FoundItems | NoItems> {
  if (body.length === 0) return malformed("the body is empty");
  if (!isUtf8(body)) return malformed("the body is not valid UTF-8");
  const turns = new EventLoopTurns();
  const syntax = new JsonSyntax();
  const { starts, ends } = syntax;
  for (let to = 0; to < body.length; ) {
    to = Math.min(to + PIECE_BYTES, body.length);
    if (!syntax.read(body, to)) return malformed(await whatStandsAt(body, syntax.at, turns));
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

/** Describes a byte that must not stand where it stands. Only one character is quoted, because the body may hold passwords. */
async function whatStandsAt(body: Buffer, at: number, turns: EventLoopTurns): Promise<string> {
  // Editors on Windows write this mark, which is invisible.
  if (at === 0 && body.toString("utf8", 0, 3) === "\ufeff") {
    return "the body begins with a byte order mark; leave the mark out";
  }
  const byte = body[at] ?? 0;
  const place = `at ${await placeOf(body, at, turns)}`;
  // Python writes these numbers.
  const isOddNumber = /^-?(?:NaN|Infinity)/.test(body.toString("latin1", at, at + 10));
  if (isOddNumber) return `NaN and Infinity are not JSON: leave the number out ${place}`;
  if (byte < 0x20) return `unexpected control character ${place}`;
  if (byte >= 0x7f) return `unexpected character ${place}`;
  return `unexpected ${JSON.stringify(String.fromCharCode(byte))} ${place}`;
}

/** Returns line and column, both from 1. */
async function placeOf(body: Buffer, at: number, turns: EventLoopTurns): Promise<string> {
  let [line, column] = [1, 1];
  for (let before = 0; before < at; before++) {
    if (before % PIECE_BYTES === 0) await turns.giveIfDue();
    const byte = body[before] ?? 0;
    if (byte === 0x0a) {
      line++;
      column = 1;
    } else if ((byte & 0xc0) !== 0x80) {
      // The bytes of a character after its first one do not count.
      column++;
    }
  }
  return `line ${line} column ${column}`;
}
