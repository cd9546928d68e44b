import { once } from "node:events";
import { escapeInvisibleLines } from "../../domain/text/escape-invisible.ts";
import { writeSource } from "../../domain/text/source-json.ts";

/**
 * Writes to standard output, and waits for a slow reader. Commands write only through this function: it escapes invisible
 * characters, because stored data is untrusted and a terminal acts on control characters. JSON keeps its value.
 */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(escapeInvisibleLines(text))) await once(process.stdout, "drain");
}

/** Writes a value as one line of JSON. Numbers stay as their publisher wrote them. */
export async function printJson(value: unknown): Promise<void> {
  await print(`${writeSource(value)}\n`);
}

/** Writes a JSON text as one line. Line breaks and tabs can only stand outside of strings, so a space can replace them. */
export async function printJsonLine(json: string): Promise<void> {
  await print(`${json.replace(/[\r\n\t]+/g, " ")}\n`);
}

/** Writes lines to standard error, escaped as `print` does. */
export function tell(lines: string): void {
  process.stderr.write(`${escapeInvisibleLines(lines)}\n`);
}
