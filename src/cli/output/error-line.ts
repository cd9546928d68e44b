import type { Violation } from "../../domain/faults.ts";
import { printable } from "../../domain/text/printable.ts";
import { cutToWidth } from "./cut-to-width.ts";

/** The longest pointer that is shown, in terminal columns. It contains untrusted names, which may be of any length. */
const MAX_PLACE = 160;

/** Formats an error of a message as an indented line that begins with the place of the error. */
export function errorLine({ pointer, message, keyword }: Violation): string {
  const place = cutToWidth(pointer || "(the whole message)", MAX_PLACE);
  return printable(`  ${place}: ${message} [${keyword}]`);
}
