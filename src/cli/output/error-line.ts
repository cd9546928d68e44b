import type { Violation } from "../../domain/faults.ts";
import { printable } from "../../domain/text/printable.ts";

/** Returns what is wrong with a message, and where, as one indented line. */
export function errorLine({ pointer, message, keyword }: Violation): string {
  return printable(`  ${pointer || "(the whole message)"}: ${message} [${keyword}]`);
}
