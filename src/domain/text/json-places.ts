import { stringEnd } from "./source-json.ts";
import type { TextPlace } from "./text-place.ts";

/** A part of a pointer on the path to a value to find. */
interface Wanted {
  readonly members: Map<string, Wanted>;
  /** The position at which the value begins; null until it is found. */
  at: number | null;
}

/**
 * Finds the places of values in a JSON text. It reads the text once, however many pointers there are.
 *
 * @param text - valid JSON.
 * @param pointers - JSON pointers (RFC 6901). If a member is missing, the place of the nearest enclosing value is returned.
 * @returns the places, in the order of the pointers.
 */
export function placesIn(text: string, pointers: readonly string[]): readonly TextPlace[] {
  const root: Wanted = { members: new Map(), at: null };
  for (const pointer of pointers) {
    let node = root;
    for (const name of namesOf(pointer)) {
      const next = node.members.get(name) ?? { members: new Map(), at: null };
      node.members.set(name, next);
      node = next;
    }
  }
  readValue(text, skipBlanks(text, 0), root);
  const found = pointers.map((pointer) => nearest(root, namesOf(pointer)));
  const lines = lineStarts(text);
  return found.map((at) => placeOf(at, lines));
}

function namesOf(pointer: string): readonly string[] {
  const [, ...parts] = pointer.split("/");
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function nearest(root: Wanted, names: readonly string[]): number {
  let node = root;
  let at = root.at ?? 0;
  for (const name of names) {
    const next = node.members.get(name);
    if (next === undefined || next.at === null) break;
    node = next;
    at = next.at;
  }
  return at;
}

/**
 * Records where a value and the wanted values within it begin, and returns where it ends. The recursion is no deeper than the
 * pointers; the rest is skipped without recursion.
 */
function readValue(text: string, start: number, wanted: Wanted | undefined): number {
  if (wanted !== undefined) {
    wanted.at = start;
    // If a member occurs twice, the last one counts, as in JSON.parse.
    for (const member of wanted.members.values()) member.at = null;
  }
  const first = text[start];
  if (first === '"') return stringEnd(text, start);
  if (first !== "{" && first !== "[") return scalarEnd(text, start);
  if (wanted === undefined || wanted.members.size === 0) return containerEnd(text, start);
  let at = skipBlanks(text, start + 1);
  for (let index = 0; at < text.length && text[at] !== "}" && text[at] !== "]"; index++) {
    let name = String(index);
    if (first === "{") {
      const end = stringEnd(text, at);
      name = parsedString(text.slice(at, end));
      at = skipBlanks(text, skipBlanks(text, end) + 1);
    }
    at = skipBlanks(text, readValue(text, at, wanted.members.get(name)));
    if (text[at] === ",") at = skipBlanks(text, at + 1);
  }
  return at + 1;
}

function parsedString(source: string): string {
  const value: unknown = JSON.parse(source);
  // Pointers name a member as it is stored, without lone surrogates.
  return String(value).toWellFormed();
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \t\r\n".includes(text.charAt(at))) at++;
  return at;
}

function scalarEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && !", \t\r\n]}".includes(text.charAt(at))) at++;
  return at;
}

function containerEnd(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      at = stringEnd(text, at);
      continue;
    }
    at++;
    if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) break;
  }
  return at;
}

/** Returns the positions at which lines begin. */
function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Finds the line of a position by binary search, because a text may have a hundred thousand lines. */
function placeOf(at: number, starts: readonly number[]): TextPlace {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
}
