import { type AmqpAddress, readAmqpAddress } from "../../domain/amqp-address.ts";
import { Misuse } from "../../domain/faults.ts";

/** The protocol's limit for a name of an exchange and for a routing key. */
export const MAX_NAME_BYTES = 255;

/** What a broker's address names. @throws Misuse for one that cannot be read; settings are checked before. */
export function brokerAddress(url: string): AmqpAddress {
  const reading = readAmqpAddress(url);
  if ("problem" in reading) throw new Misuse([`the broker's address ${reading.problem}`]);
  return reading.address;
}

/** The user that an address logs in as; it is part of the names of what the user owns. */
export function brokerUser(url: string): string {
  return brokerAddress(url).user;
}
