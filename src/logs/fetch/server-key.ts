import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { isPublicAddress } from "./public-address.ts";

/**
 * Returns the key of a server, for limits per server. A public address counts as one server on all ports, because a stranger may
 * listen on all of them. A 64-bit IPv6 network, the smallest that anybody is assigned, also counts as one server. On an address
 * that is not public, each port is a server of its own, because a laptop runs many servers.
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

/**
 * Returns the IPv4 address that is mapped into an IPv6 address, also by NAT64's well-known prefix. Other addresses are returned
 * unchanged.
 */
function unmapped(address: string): string {
  if (isIP(address) !== 6 || address.includes("%")) return address;
  const six = ipaddr.IPv6.parse(address);
  const isMapped = six.isIPv4MappedAddress() || six.range() === "rfc6052";
  return isMapped ? new ipaddr.IPv4(six.toByteArray().slice(12)).toString() : address;
}
