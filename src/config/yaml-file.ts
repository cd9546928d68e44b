import { readFile } from "node:fs/promises";
import { CORE_SCHEMA, loadAll, mergeTag, YAMLException } from "js-yaml";
import * as z from "zod";
import { errorCode, whyUnreadable } from "../domain/error-code.ts";
import { Misuse } from "../domain/faults.ts";
import { hiddenProblem, shown } from "../domain/text/hidden-characters.ts";
import { utf8Text } from "./utf8-text.ts";
import { createLineFinder, lineOfComplexKey } from "./yaml-lines.ts";
import { expandedSize } from "./yaml-size.ts";

/** The most problems that are listed. People fix the first ones and check again. */
const MAX_PROBLEMS = 100;
const MAX_NAMES = 10;
/** The most values in a file with its aliases expanded. A few bytes of aliases can expand to billions of values. */
const MAX_VALUES = 1_000_000;
/** YAML's core schema, extended by `<<`, which copies the members of another mapping. */
const schema = CORE_SCHEMA.withTags(mergeTag);

/** Reads a file that an operator wrote. Returns null if it does not exist. @throws Misuse if it cannot be read. */
export async function readText(path: string): Promise<string | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw new Misuse([`${path} ${whyUnreadable(error)}`]);
  }
  return utf8Text(path, bytes);
}

/**
 * Accepts a mapping with these members and no others. The error messages list the members that are allowed.
 *
 * @param what - the name of the mapping in error messages, e.g. `an entry`.
 */
export function mapping<Shape extends z.ZodRawShape>(
  what: string,
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const names = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `${namesOf(issue.keys)}: unknown here; ${what} may have ${names.join(", ")}`
        : `must be ${what}: a mapping of ${names.join(", ")}; write \`${names[0]}:\` and its value`,
  });
}

/** Lists the first keys of a mapping, with hidden characters made visible. */
export function namesOf(keys: readonly string[]): string {
  const first = keys.slice(0, MAX_NAMES).map(plainOrShown).join(", ");
  return keys.length > MAX_NAMES ? `${first} and ${keys.length - MAX_NAMES} more` : first;
}

/** Returns a key unchanged, or escaped if it may contain invisible characters. */
function plainOrShown(key: string): string {
  return /^[\x21-\x7e]{1,60}$/.test(key) ? key : shown(key);
}

/** A parsed YAML text. */
export interface ParsedYaml<T> {
  readonly value: T;
  /** Returns the line of the value at this path, from 1. */
  readonly lineOf: (path: readonly PropertyKey[]) => number;
}

/**
 * Parses a YAML text and checks it against a type.
 *
 * @param path - the file's path, for error messages.
 * @throws Misuse with the first hundred problems together, each with file, line and what was found.
 */
export function parseYaml<T>(path: string, text: string, type: z.ZodType<T>): ParsedYaml<T> {
  const value = loadOne(path, text);
  if (expandedSize(value) > MAX_VALUES) {
    throw new Misuse([`${path}: holds more than ${MAX_VALUES} values when its aliases are expanded`]);
  }
  const parsed = type.safeParse(value);
  let findLine: ReturnType<typeof createLineFinder> | undefined;
  const lineOf = (place: readonly PropertyKey[]): number => {
    findLine ??= createLineFinder(text);
    return findLine(place);
  };
  if (parsed.success) return { value: parsed.data, lineOf };
  const problems = parsed.error.issues.map((issue) => {
    // The parser reports the parent of an unknown key; point to the key instead.
    const culprit = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
    return `${path}:${lineOf([...issue.path, ...culprit])}: ${placeOf(issue.path)}: ${issue.message}`;
  });
  throw new Misuse(firstProblems(path, problems));
}

/** Returns the first hundred problems, and a line that says how many more there are. */
export function firstProblems(path: string, problems: readonly string[]): string[] {
  const more = problems.length - MAX_PROBLEMS;
  return more > 0 ? [...problems.slice(0, MAX_PROBLEMS), `${path}: and ${more} more`] : [...problems];
}

function placeOf(path: readonly PropertyKey[]): string {
  const steps = path.map((step) =>
    typeof step === "number" ? `[${step}]` : `.${plainOrShown(String(step))}`,
  );
  return steps.join("").replace(/^\./, "") || "the file";
}

function loadOne(path: string, text: string): unknown {
  try {
    // Not `load`, which fails for a file that holds only comments.
    const documents = loadAll(text, { schema });
    if (documents.length > 1) {
      const found =
        "another YAML document begins here; the file may hold one: remove this line, or what follows";
      throw new Misuse([`${path}:${lineOfSecondDocument(text)}: ${found}`]);
    }
    return documents[0] ?? null;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // If a key is a list or a mapping, the parser reports the beginning of the file, in terms of its own code.
    const keyLine = error.reason.includes("complex keys") ? lineOfComplexKey(text) : null;
    if (keyLine !== null) {
      const fix = "put text that begins with [ or { in quotes";
      throw new Misuse([`${path}:${keyLine}: a key is a list or a mapping, but must be text: ${fix}`]);
    }
    const line = (error.mark?.line ?? 0) + 1;
    throw new Misuse([`${path}:${line}: not YAML: ${error.reason}${hintFor(text, line, error.reason)}`]);
  }
}

/** Returns the line, from 1, of the `---` that begins the second of several documents. */
function lineOfSecondDocument(text: string): number {
  const lines = text.split(/\r\n|\n|\r/);
  const isMarker = (line: string): boolean => /^---(?:\s|$)/.test(line);
  const isContent = (line: string): boolean => !/^(?:%|\s*(?:#|$))/.test(line);
  const first = lines.findIndex(isContent);
  return lines.findIndex((line, index) => index > first && isMarker(line)) + 1;
}

/** Returns a hint for the most common mistakes that the parser's message does not explain. */
function hintFor(text: string, line: number, reason: string): string {
  if (reason.startsWith("tab characters")) return "; indent with spaces";
  const lines = text.split("\n");
  // In YAML, `*` begins an alias and `#` a comment. After either, the parser fails to find the end of a list.
  const bare = lines.findIndex((each) => /^[^#]*(?:[[,]\s*[*#]|[:-]\s+\*)/.test(each));
  if (bare !== -1) return `; line ${bare + 1}: put text that begins with * or # in quotes, as in '#'`;
  // The parser may report a problem only on the next line.
  const near = lines.slice(Math.max(0, line - 2), line).map((each) => each.replace(/^ +|[ \r]+$/g, ""));
  if (/^exchange\s*:/.test(near.at(-1) ?? "")) return "; each entry begins with a dash: `- exchange:`";
  // A dash without a space, or a typographic dash that a chat or a word processor has inserted.
  if (near.some((each) => /^(?:-(?=\S)|[\u2010-\u2015\u2212])\s*exchange\s*:/.test(each))) {
    return "; each entry begins with a dash and a space: `- exchange:`";
  }
  const [hidden] = near.flatMap((each) => hiddenProblem(each) ?? []);
  if (hidden !== undefined) return `; a line ${hidden}`;
  // The parser reports this for the line after an unclosed bracket or quotation mark.
  return reason === "deficient indentation"
    ? "; an earlier line opens a list, a mapping or a text in quotes that is not closed: add ] } ' or \""
    : "";
}
