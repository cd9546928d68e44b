import { MAX_NAME_BYTES } from "../../broker/connection/broker-address.ts";
import { Misuse } from "../../domain/faults.ts";
import { hiddenProblem } from "../../domain/text/hidden-characters.ts";
import type { CommandOptions } from "./command-options.ts";

/** Returns the exchange name or routing key that an option gives. @throws Misuse if it is missing, too long or not what it looks like. */
export function brokerName(value: CommandOptions[string], what: string): string {
  if (typeof value !== "string" || value === "") throw new Misuse([`${what} must be given`]);
  const bytes = Buffer.byteLength(value);
  if (bytes > MAX_NAME_BYTES)
    throw new Misuse([`${what} must not be longer than ${MAX_NAME_BYTES} bytes; it is ${bytes}`]);
  const problem = hiddenProblem(value);
  if (problem !== null) throw new Misuse([`${what} ${problem}`]);
  return value;
}
