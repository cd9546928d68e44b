import { type AmqpAddress, readAmqpAddress } from "../../domain/amqp-address.ts";
import { Misuse } from "../../domain/faults.ts";

/** The maximum length of an exchange name or a routing key in AMQP. */
export const MAX_NAME_BYTES = 255;

/** Parses a broker's address. @throws Misuse if it is invalid; the address in the settings has been checked earlier. */
export function brokerAddress(url: string): AmqpAddress {
  const reading = readAmqpAddress(url);
  if ("problem" in reading) throw new Misuse([`the broker's address ${reading.problem}`]);
  return reading.address;
}

/** Returns the user name in a broker's address. The names of the user's own queues and exchanges contain it. */
export function brokerUser(url: string): string {
  return brokerAddress(url).user;
}
