import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * Returns whether anybody on the internet could fetch from this address, so that a stranger's log may be fetched from it.
 * False for loopback, private, shared (100.64/10), link-local (cloud metadata), multicast, documentation, benchmark and
 * reserved addresses, and for everything outside IPv6's global unicast space.
 *
 * @param text - an IPv4 or IPv6 address in the form that resolvers and parsed URLs have, without brackets. Other
 *   notations, and addresses with a zone, are not public.
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

// The library would read `::10.0.0.1` as the mapped `::ffff:10.0.0.1`. URL rewrites every form in hexadecimal first.
function parseIpv6(text: string): ipaddr.IPv6 {
  return ipaddr.IPv6.parse(new URL(`http://[${text}]`).hostname.slice(1, -1));
}

// Azure's platform service. The address is public, but from Azure's virtual machines it leads to an internal service.
const azurePlatform = "168.63.129.16";

function isPublicIpv4(address: ipaddr.IPv4): boolean {
  return address.range() === "unicast" && address.toString() !== azurePlatform;
}

const ipv4Mapped = ipaddr.IPv6.parseCIDR("::ffff:0:0/96");
const nat64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

function isPublicIpv6(address: ipaddr.IPv6): boolean {
  // Both forms lead to the IPv4 address in their last four bytes. A network with only IPv6 reaches hosts with only IPv4 through
  // NAT64. Other forms (6to4, Teredo, translated, a network's own NAT64 prefix) have no honest use here.
  if (address.match(ipv4Mapped) || address.match(nat64)) {
    return isPublicIpv4(new ipaddr.IPv4(address.toByteArray().slice(12)));
  }
  return address.match(globalUnicast) && address.range() === "unicast";
}
