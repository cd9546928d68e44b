import type { Violation } from "../../domain/faults.ts";
import { printable } from "../../domain/text/printable.ts";
import { cutToWidth } from "./cut-to-width.ts";

/** The names of members in a place are a stranger's, and may be of any length. */
const MAX_PLACE = 160;

/** Formats one error of a message, with its place, as an indented line. */
export function errorLine({ pointer, message, keyword }: Violation): string {
  const place = cutToWidth(pointer || "(the whole message)", MAX_PLACE);
  return printable(`  ${place}: ${message} [${keyword}]`);
}
