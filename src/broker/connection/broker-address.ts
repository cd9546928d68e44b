import { type AmqpAddress, readAmqpAddress } from "../../domain/amqp-address.ts";
import { Misuse } from "../../domain/faults.ts";

/** The longest name of an exchange, and the longest routing key, that AMQP allows. */
export const MAX_NAME_BYTES = 255;

/** Returns the parts of a broker's address. @throws Misuse for one that cannot be read; settings are checked before. */
export function brokerAddress(url: string): AmqpAddress {
  const reading = readAmqpAddress(url);
  if ("problem" in reading) throw new Misuse([`the broker's address ${reading.problem}`]);
  return reading.address;
}

/** Returns the user of an address. The user's own queues and exchanges have it in their names. */
export function brokerUser(url: string): string {
  return brokerAddress(url).user;
}
