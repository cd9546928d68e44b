import { MAX_NAME_BYTES } from "../../broker/connection/broker-address.ts";
import { Misuse } from "../../domain/faults.ts";
import type { CommandOptions } from "./command-options.ts";

/** Returns the exchange name or routing key that an option gives. @throws Misuse if it is missing or too long. */
export function brokerName(value: CommandOptions[string], what: string): string {
  if (typeof value !== "string" || value === "") throw new Misuse([`${what} must be given`]);
  const bytes = Buffer.byteLength(value);
  if (bytes > MAX_NAME_BYTES)
    throw new Misuse([`${what} must not be longer than ${MAX_NAME_BYTES} bytes; it is ${bytes}`]);
  return value;
}
