import { once } from "node:events";
import { escapeInvisibleLines } from "../../domain/text/escape-invisible.ts";
import { writeSource } from "../../domain/text/source-json.ts";

/**
 * Writes to standard output; the only way for a command to do so. Invisible characters are escaped, since stored data is
 * strangers' text and a terminal acts on them; JSON keeps its value. Waits for a reader that is slow.
 */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(escapeInvisibleLines(text))) await once(process.stdout, "drain");
}

/** Writes a value as one line of JSON, with each number as its publisher wrote it. */
export async function printJson(value: unknown): Promise<void> {
  await print(`${writeSource(value)}\n`);
}

/** Writes a JSON text as one line: outside its strings, a line break or a tab is as good as a space. */
export async function printJsonLine(json: string): Promise<void> {
  await print(`${json.replace(/[\r\n\t]+/g, " ")}\n`);
}

/** Writes lines to standard error; the only way for a command to do so, for the same reason. */
export function tell(lines: string): void {
  process.stderr.write(`${escapeInvisibleLines(lines)}\n`);
}
