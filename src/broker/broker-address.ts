/** The protocol's limit for a name of an exchange and for a routing key. */
export const MAX_NAME_BYTES = 255;

/** The user that an address logs in as; it is part of the names of what the user owns. */
export function brokerUser(url: string): string {
  return decodeURIComponent(new URL(url).username) || "guest";
}

/** The vhost that an address names; `/` where it names none. */
export function brokerVhost(url: string): string {
  const path = new URL(url).pathname.slice(1);
  return path === "" ? "/" : decodeURIComponent(path);
}
