import { once } from "node:events";
import { escapeInvisibleLines } from "../../domain/text/escape-invisible.ts";
import { writeSource } from "../../domain/text/source-json.ts";

/**
 * Writes to standard output, and waits for a slow reader. Commands write only through this function, because it escapes invisible
 * characters: stored data is untrusted, and a terminal acts on control characters. Escaping does not change the value of JSON.
 */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(escapeInvisibleLines(text))) await once(process.stdout, "drain");
}

/** Writes a value as one line of JSON. Numbers keep the form in which the publisher wrote them. */
export async function printJson(value: unknown): Promise<void> {
  await print(`${writeSource(value)}\n`);
}

/**
 * Writes a JSON text as one line. Line breaks and tabs are replaced by spaces, because JSON allows them only outside of strings.
 */
export async function printJsonLine(json: string): Promise<void> {
  await print(`${json.replace(/[\r\n\t]+/g, " ")}\n`);
}

/** Writes lines to standard error, escaped as `print` does. */
export function tell(lines: string): void {
  process.stderr.write(`${escapeInvisibleLines(lines)}\n`);
}
