import { unescape as decodeEscapes } from "node:querystring";

/** The protocol's limit for a name of an exchange and for a routing key. */
export const MAX_NAME_BYTES = 255;

/**
 * The user that an address logs in as; it is part of the names of what the user owns. A `%` that begins no escape stands for
 * itself, as the driver reads it.
 */
export function brokerUser(url: string): string {
  return decodeEscapes(new URL(url).username) || "guest";
}

/** The vhost that an address names, read in the same way; `/` where it names none. */
export function brokerVhost(url: string): string {
  const path = new URL(url).pathname.slice(1);
  return path === "" ? "/" : decodeEscapes(path);
}
