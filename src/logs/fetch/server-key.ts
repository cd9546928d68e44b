import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { isPublicAddress } from "./public-address.ts";

/**
 * What limits per server count by. A public address is one server whatever the port is, since a stranger may listen on
 * all of them; in IPv6 so is a network of 64 bits, the least that anybody is given. On an address that is not public
 * each port is a server of its own: a laptop runs many.
 *
 * @param address - an IPv4 or IPv6 address, without brackets.
 */
export function serverKey(address: string, port: number): string {
  const plain = unmapped(address);
  if (!isPublicAddress(plain)) return `${plain} port ${port}`;
  if (isIP(plain) === 4) return plain;
  const [a, b, c, d] = ipaddr.IPv6.parse(plain).parts;
  return [a, b, c, d].map((part) => (part ?? 0).toString(16)).join(":");
}

/** The IPv4 address of one that is mapped into IPv6, also by the well-known prefix of NAT64. */
function unmapped(address: string): string {
  if (isIP(address) !== 6 || address.includes("%")) return address;
  const six = ipaddr.IPv6.parse(address);
  const isMapped = six.isIPv4MappedAddress() || six.range() === "rfc6052";
  return isMapped ? new ipaddr.IPv4(six.toByteArray().slice(12)).toString() : address;
}
