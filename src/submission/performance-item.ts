import { optionalMembers } from "./performance-schema.ts";

/** An item of performance data, or an artifact's blob with such items, or the reason why it cannot be read. */
export type PerformanceItem =
  | {
      readonly ok: true;
      /** The JSON text with unchanged numbers, without the parts that are left out. */
      readonly text: string;
      /** The number of values that JSON cannot express. `notes` describes how the first few were handled. */
      readonly oddValues: number;
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly reason: UnreadableItem };

/** Why an item cannot be read: it is not JSON, is nested too deeply, or was truncated because its line is too long. */
export type UnreadableItem = "no-json" | "too-deep" | "cut";

// Other programs read the item as JSON later, and some JSON parsers are recursive.
const MAX_DEPTH = 64;
const MAX_NOTES = 5;
const MAX_POINTER = 200;

/** Numbers that Python writes into JSON, although JSON does not allow them. */
const oddNumbers = ["NaN", "Infinity", "-Infinity"];

/**
 * Defines what is left out because of an odd number, so that the rest still fits the performance schema: the member or element
 * itself, or the suite or subtest that requires it. Everywhere else an odd number becomes null.
 */
const remedies: readonly { readonly at: RegExp; readonly leavesOut: "itself" | "its holder" }[] = [
  { at: /^\/suites\/\d+\/subtests\/\d+\/(name|value)$/, leavesOut: "its holder" },
  { at: /^\/suites\/\d+\/(name|subtests)$/, leavesOut: "its holder" },
  { at: /^\/suites\/\d+(\/(subtests|extraOptions)\/\d+)?$/, leavesOut: "itself" },
  {
    at: new RegExp(`^/suites/\\d+(/subtests/\\d+)?/(${optionalMembers.join("|")})$`),
    leavesOut: "itself",
  },
];

/**
 * Reads one item, in which `NaN` and `Infinity` are accepted as numbers. Only the parts that need such a number are left out.
 *
 * @param isCut - whether the end of the line is missing. The item is still complete if it is valid JSON.
 */
export function readPerformanceItem(text: string, isCut: boolean): PerformanceItem {
  return read(text, isCut, noHolder);
}

/** Reads an artifact's blob with one item or a list of items, in the same way. */
export function readPerformanceBlob(text: string): PerformanceItem {
  return read(text, false, blobHolder);
}

/** Matches the part of a pointer that leads to the item. The remedies above apply to the rest of the pointer. */
const noHolder = /^/;
const blobHolder = /^\/performance_data(\/\d+)?(?=\/)/;

function read(text: string, isCut: boolean, holder: RegExp): PerformanceItem {
  const found = findOddNumbers(text, holder);
  if (found === null) return { ok: false, reason: "too-deep" };
  // The syntax check uses the whole text, with nulls for odd numbers. Otherwise an error in a part that is left out would be missed.
  if (!isJson(applyEdits(text, found.nulls))) {
    return { ok: false, reason: isCut ? "cut" : "no-json" };
  }
  const { edits, nulls, notes } = found;
  return { ok: true, text: applyEdits(text, edits), oddValues: nulls.length, notes };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly put: string;
}

/** An object or array that is open at the current position. */
interface Open {
  readonly isObject: boolean;
  /** The position of the current member's name in the text. */
  name: { readonly from: number; readonly to: number } | null;
  /** The index of the current element. */
  index: number;
  /** The position where the current member or element begins; -1 before it does. */
  partFrom: number;
  isPartLeftOut: boolean;
  /** The end of the last part that is kept; at first the position where the parts begin. */
  keptTo: number;
}

/**
 * Finds odd numbers. Returns edits that replace them with null, and edits that leave out the parts that need them. Returns null if
 * the text is nested too deeply.
 */
function findOddNumbers(
  text: string,
  holder: RegExp,
): {
  readonly nulls: readonly Edit[];
  readonly edits: readonly Edit[];
  readonly notes: readonly string[];
} | null {
  const nulls: Edit[] = [];
  const edits: Edit[] = [];
  const notes: string[] = [];
  const open: Open[] = [];

  function edit(from: number, to: number, put = ""): void {
    // This edit replaces the edits within its range.
    while ((edits.at(-1)?.from ?? -1) >= from) edits.pop();
    edits.push({ from, to, put });
  }

  function beginPart(at: number): void {
    const inside = open.at(-1);
    if (inside !== undefined && inside.partFrom === -1) inside.partFrom = at;
  }

  /** @param at - the comma or bracket that ends the part. */
  function endPart(at: number, isLast: boolean): void {
    const inside = open.at(-1);
    if (inside === undefined) return;
    if (!inside.isPartLeftOut) inside.keptTo = at;
    // A comma is removed too: the one after the part, or for the last part the one before it.
    else if (isLast) edit(inside.keptTo, at);
    else edit(inside.partFrom, at + 1);
    inside.name = null;
    inside.index++;
    inside.partFrom = -1;
    inside.isPartLeftOut = false;
  }

  function takeOddNumber(at: number, odd: string): void {
    const pointer = pointerTo(text, open);
    const inItem = pointer.replace(holder, "");
    const remedy = remedies.find((one) => one.at.test(inItem));
    nulls.push({ from: at, to: at + odd.length, put: "null" });
    edit(at, at + odd.length, "null");
    const needsIt = remedy?.leavesOut === "its holder";
    const leaves = open.at(needsIt ? -2 : -1);
    if (remedy !== undefined && leaves !== undefined) leaves.isPartLeftOut = true;
    if (notes.length < MAX_NOTES) {
      const becomes =
        remedy === undefined
          ? "it becomes null"
          : needsIt
            ? "it is left out with the suite or subtest that needs it"
            : "it is left out";
      notes.push(`${shown(pointer)} is ${odd}: ${becomes}`);
    }
  }

  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      beginPart(at);
      const end = stringEnd(text, at);
      const inside = open.at(-1);
      if (inside?.isObject && inside.name === null) inside.name = { from: at, to: end + 1 };
      at = end;
    } else if (character === "{" || character === "[") {
      beginPart(at);
      if (open.length === MAX_DEPTH) return null;
      const isObject = character === "{";
      open.push({ isObject, name: null, index: 0, partFrom: -1, isPartLeftOut: false, keptTo: at + 1 });
    } else if (character === "}" || character === "]") {
      endPart(at, true);
      open.pop();
    } else if (character === ",") endPart(at, false);
    else if (character === "N" || character === "I" || character === "-") {
      beginPart(at);
      const odd = oddNumbers.find((name) => text.startsWith(name, at));
      if (odd === undefined) continue;
      takeOddNumber(at, odd);
      at += odd.length - 1;
    } else if (character !== " " && character !== "\t") beginPart(at);
  }
  return { nulls, edits, notes };
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text;
  const pieces: string[] = [];
  let copied = 0;
  for (const { from, to, put } of edits) {
    pieces.push(text.slice(copied, from), put);
    copied = to;
  }
  return pieces.join("") + text.slice(copied);
}

/** Returns the JSON pointer to the current value. */
function pointerTo(text: string, open: readonly Open[]): string {
  const steps = open.map(({ isObject, name, index }) => {
    if (!isObject) return String(index);
    // A pointer is not shown beyond this length, and a long name would be copied for each odd number below it.
    if (name !== null && name.to - name.from > MAX_POINTER)
      return text.slice(name.from + 1, name.from + MAX_POINTER);
    const quoted = name === null ? '""' : text.slice(name.from, name.to);
    return memberName(quoted).replaceAll("~", "~0").replaceAll("/", "~1");
  });
  return steps.map((step) => `/${step}`).join("");
}

function memberName(quoted: string): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    // The whole text is not JSON, so the item is refused later.
    return "";
  }
}

/** Returns a pointer in a form that is safe for a log line, because the names in it are untrusted. */
function shown(pointer: string): string {
  const safe = JSON.stringify(pointer).slice(1, -1);
  return safe.length <= MAX_POINTER ? safe : `${safe.slice(0, MAX_POINTER)}…`;
}

/** Returns the position of the quote that ends the string at `from`, or at least the text's length if there is none. */
function stringEnd(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
