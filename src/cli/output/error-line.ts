import type { Violation } from "../../domain/faults.ts";
import { printable } from "../../domain/text/printable.ts";

/** Formats one error of a message, with its place, as an indented line. */
export function errorLine({ pointer, message, keyword }: Violation): string {
  return printable(`  ${pointer || "(the whole message)"}: ${message} [${keyword}]`);
}
