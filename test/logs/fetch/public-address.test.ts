import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isPublicAddress } from "../../../src/logs/fetch/public-address.ts";

const refused: Readonly<Record<string, readonly string[]>> = {
  "this network, 0/8": ["0.0.0.0", "0.1.2.3", "0.255.255.255"],
  "private, 10/8": ["10.0.0.0", "10.1.2.3", "10.255.255.255"],
  "shared by a carrier's customers, 100.64/10": ["100.64.0.0", "100.100.100.200", "100.127.255.255"],
  "loopback, 127/8": ["127.0.0.1", "127.0.0.2", "127.255.255.255"],
  "link-local and cloud metadata, 169.254/16": ["169.254.0.0", "169.254.169.254", "169.254.255.255"],
  "private, 172.16/12": ["172.16.0.0", "172.20.0.1", "172.31.255.255"],
  "protocol assignments, 192.0.0/24": ["192.0.0.0", "192.0.0.192", "192.0.0.255"],
  "documentation, 192.0.2/24, 198.51.100/24 and 203.0.113/24": ["192.0.2.1", "198.51.100.255", "203.0.113.0"],
  "6to4 relays, 192.88.99/24": ["192.88.99.1"],
  "private, 192.168/16": ["192.168.0.0", "192.168.1.1", "192.168.255.255"],
  "benchmarks, 198.18/15": ["198.18.0.0", "198.19.255.255"],
  "multicast, 224/4": ["224.0.0.1", "239.255.255.255"],
  "reserved, 240/4, and broadcast": ["240.0.0.0", "255.255.255.254", "255.255.255.255"],
  "the platform address of Azure": ["168.63.129.16"],
  "unspecified and loopback, IPv6": ["::", "::1", "0:0:0:0:0:0:0:1"],
  "IPv4-compatible, ::/96": ["::127.0.0.1", "::7f00:1", "::8.8.8.8", "::808:808", "::5"],
  "IPv4-mapped of what is refused, ::ffff:0:0/96": [
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::FFFF:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0.0.0.0",
    "0:0:0:0:0:ffff:a00:1",
    "::ffff:168.63.129.16",
  ],
  "IPv4-translated, ::ffff:0:0:0/96": ["::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8"],
  "NAT64 of what is refused, 64:ff9b::/96": ["64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1"],
  "a network's own NAT64, 64:ff9b:1::/48": ["64:ff9b:1::8.8.8.8", "64:ff9b:1:2::7f00:1"],
  "discard, 100::/64": ["100::", "100::1"],
  "Teredo, 2001::/32": ["2001::1", "2001:0:7f00:1::"],
  "protocol assignments, 2001::/23": ["2001:1::1", "2001:2::1", "2001:20::1", "2001:1ff:ffff::1"],
  "documentation, 2001:db8::/32 and 3fff::/20": ["2001:db8::1", "3fff::1", "3fff:fff::1"],
  "6to4, 2002::/16": ["2002::", "2002:7f00:1::", "2002:808:808::1"],
  "segment routing, 5f00::/16": ["5f00::1"],
  "not given out, outside 2000::/3": ["4000::1", "1::1", "200::1", "400::1", "e000::1", "9000::1"],
  "unique local, fc00::/7": ["fc00::1", "fd00::1", "fd00:ec2::254", "fdff:ffff::1"],
  "link-local, fe80::/10": ["fe80::1", "febf::1", "fe80::1%lo", "fe80::1%1"],
  "site-local, fec0::/10": ["fec0::1", "feff::1"],
  "multicast, ff00::/8": ["ff02::1", "ff0e::1"],
  "a zone, whatever the address": ["2606:4700::1111%eth0"],
  "no address, or one in a notation that only some programs read": [
    "",
    "localhost",
    "example.com",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "8.8.8",
    "08.8.8.8",
    "8.8.8.8 ",
    "8.8.8.8:80",
    "[2606:4700::1111]",
    "2606:4700::1111/64",
  ],
};

const allowed = [
  "1.1.1.1",
  "8.8.8.8",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.1",
  "169.253.255.255",
  "169.255.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "2a00:1450:4001::200e",
  "2001:4860:4860::8888",
  "2001:200::1",
  "::ffff:8.8.8.8",
  "64:ff9b::8.8.8.8",
];

describe("isPublicAddress", () => {
  for (const [range, addresses] of Object.entries(refused)) {
    it.each([...addresses])(`refuses ${range}: %j`, (address) => {
      expect(isPublicAddress(address)).toBe(false);
    });
  }

  it.each(allowed)("allows %s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it("treats an IPv4 address in IPv6's mapped and NAT64 forms like the address itself", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isPublicAddress(`::ffff:${address}`)).toBe(isPublicAddress(address));
        expect(isPublicAddress(`64:ff9b::${address}`)).toBe(isPublicAddress(address));
      }),
    );
  });

  it("accepts any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV6()), (text) => typeof isPublicAddress(text) === "boolean"),
    );
  });
});
