import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * Whether a stranger's log may be fetched from this address: one that anybody on the internet could fetch from,
 * too. So no loopback, private, shared (100.64/10), link-local (cloud metadata), multicast, documentation,
 * benchmark or reserved address, and nothing outside IPv6's global unicast space.
 *
 * @param text - one IPv4 or IPv6 address as a resolver or a URL gives it, without brackets. Anything else, other
 *   notations of numbers and zones included, is not public.
 */
export function isPublicAddress(text: string): boolean {
  switch (isIP(text)) {
    case 4:
      return isPublicIpv4(ipaddr.IPv4.parse(text));
    case 6:
      return !text.includes("%") && isPublicIpv6(parseIpv6(text));
    default:
      return false;
  }
}

// The library reads `::10.0.0.1` as the mapped `::ffff:10.0.0.1`; a URL writes every form in hexadecimal first.
function parseIpv6(text: string): ipaddr.IPv6 {
  return ipaddr.IPv6.parse(new URL(`http://[${text}]`).hostname.slice(1, -1));
}

// Azure's platform service: reachable from every virtual machine there, though the address is a public one.
const azurePlatform = "168.63.129.16";

function isPublicIpv4(address: ipaddr.IPv4): boolean {
  return address.range() === "unicast" && address.toString() !== azurePlatform;
}

const ipv4Mapped = ipaddr.IPv6.parseCIDR("::ffff:0:0/96");
const nat64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

function isPublicIpv6(address: ipaddr.IPv6): boolean {
  // These two are no more than another way to reach the IPv4 address at their end: on a network that has only
  // IPv6, NAT64 is the way to every host that has only IPv4. Other wrappings of IPv4 (6to4, Teredo, translated,
  // the network's own NAT64 prefix) have no honest use here.
  if (address.match(ipv4Mapped) || address.match(nat64)) {
    return isPublicIpv4(new ipaddr.IPv4(address.toByteArray().slice(12)));
  }
  return address.match(globalUnicast) && address.range() === "unicast";
}
