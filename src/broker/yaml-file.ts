import { readFile } from "node:fs/promises";
import { loadAll, YAMLException } from "js-yaml";
import type * as z from "zod";
import { Misuse } from "../domain/faults.ts";

/** The text of a file that an operator wrote; null where it is not there. @throws Misuse where it cannot be read. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code =
      typeof error === "object" && error !== null && "code" in error ? String(error.code) : String(error);
    if (code === "ENOENT") return null;
    throw new Misuse([`${path} cannot be read (${code})`]);
  }
}

/**
 * What a YAML text holds, checked.
 *
 * @param path - for the messages.
 * @throws Misuse with all problems at once, each with file, line and what was found.
 */
export function parseYaml<T>(path: string, text: string, type: z.ZodType<T>): T {
  let value: unknown;
  try {
    // Not `load`: that takes a file of nothing but comments for an error.
    const documents = loadAll(text);
    if (documents.length > 1)
      throw new Misuse([`${path}: holds ${documents.length} YAML documents; it may hold one`]);
    value = documents[0] ?? null;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new Misuse([`${path}:${(error.mark?.line ?? 0) + 1}: not YAML: ${error.reason}`]);
  }
  const parsed = type.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Misuse(
    parsed.error.issues.map(({ path: place, message }) => {
      const where = place
        .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
        .join("");
      return `${path}:${lineOf(text, place)}: ${where.replace(/^\./, "") || "the file"}: ${message}`;
    }),
  );
}

/**
 * The line, from 1, of a place in a YAML text of block style: each name is looked for as a key, each number as that
 * many list items, below the place before. Where the text is written in another way, the nearest line above.
 */
export function lineOf(text: string, place: readonly PropertyKey[]): number {
  const lines = text.split("\n");
  let at = 0;
  let indent = -1;
  for (const step of place) {
    if (typeof step === "number") {
      const items = blockItems(lines, at);
      const item = items[step];
      if (item === undefined) break;
      at = item;
      indent = lines[at]?.search(/\S/) ?? indent;
    } else {
      const found = lines.findIndex(
        (line, index) => index >= at && isKey(line, String(step)) && line.search(/\S/) >= indent,
      );
      if (found === -1) break;
      at = found;
    }
  }
  return at + 1;
}

function isKey(line: string, key: string): boolean {
  return line.replace(/^\s*(?:- +)?/, "").startsWith(`${key}:`);
}

/** The lines of the items of the first block list at or after a line. */
function blockItems(lines: readonly string[], from: number): number[] {
  const first = lines.findIndex((line, index) => index >= from && /^\s*-(\s|$)/.test(line));
  const indent = lines[first]?.search(/\S/);
  return lines.flatMap((line, index) =>
    index >= first && first !== -1 && line.search(/\S/) === indent && line.trim().startsWith("-")
      ? [index]
      : [],
  );
}
