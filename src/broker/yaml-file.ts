import { readFile } from "node:fs/promises";
import { loadAll, YAMLException } from "js-yaml";
import * as z from "zod";
import { Misuse } from "../domain/faults.ts";
import { createLineFinder } from "./yaml-lines.ts";

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
 * A mapping of these members and no others; what is wrong with it is told with what would be right.
 *
 * @param what - e.g. `an entry`.
 */
export function mapping<Shape extends z.ZodRawShape>(
  what: string,
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const names = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `${issue.keys.join(", ")}: not known here; ${what} may have ${names}`
        : `must be ${what}: a mapping of ${names}`,
  });
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
    const line = (error.mark?.line ?? 0) + 1;
    throw new Misuse([`${path}:${line}: not YAML: ${error.reason}${bareSign(text)}`]);
  }
  const parsed = type.safeParse(value);
  if (parsed.success) return parsed.data;
  const lineOf = createLineFinder(text);
  throw new Misuse(
    parsed.error.issues.map((issue) => {
      const where = issue.path
        .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
        .join("");
      // Told of the whole, but it is the member that a person has to look at.
      const culprit = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
      const line = lineOf([...issue.path, ...culprit]);
      return `${path}:${line}: ${where.replace(/^\./, "") || "the file"}: ${issue.message}`;
    }),
  );
}

/**
 * The mistake that is made most often with routing keys, and that the parser's words do not tell: `*` names something in
 * YAML, and `#` begins a comment, so that it goes on looking for the end of a list.
 */
function bareSign(text: string): string {
  const line = text.split("\n").findIndex((each) => /^[^#]*(?:[[,]\s*[*#]|[:-]\s+\*)/.test(each));
  return line === -1 ? "" : `; line ${line + 1}: what begins with * or # is written in quotes, as in '#'`;
}
