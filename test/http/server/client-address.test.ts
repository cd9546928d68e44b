import { describe, expect, it } from "@jest/globals";
import { clientAddress, createTrust } from "../../../src/http/server/client-address.ts";

describe("the address that a client used", () => {
  const trusting = createTrust(["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"]);
  const from = (remoteAddress: string, ...rawHeaders: string[]) =>
    clientAddress({ remoteAddress, target: "/", rawHeaders }, trusting);

  it.each([
    ["ci.example.org", "ci.example.org", 80],
    ["CI.Example.org:8443", "ci.example.org", 8443],
    ["[2001:DB8::1]:81", "[2001:db8::1]", 81],
    ["127.0.0.1:9180", "127.0.0.1", 9180],
    ["a:b", "", 80],
    ["", "", 80],
  ])("Host %p: %s, port %p", (hostHeader, host, port) => {
    expect(from("198.51.100.1", "Host", hostHeader)).toMatchObject({ host, port });
  });

  it("is that of the target, if the target is a whole URL", () => {
    const rawHeaders = ["Host", "other.example"];
    const request = {
      remoteAddress: "198.51.100.1",
      target: "http://CI.example.org:81/api/?a=http://x/",
      rawHeaders,
    };
    expect(clientAddress(request, trusting)).toMatchObject({ host: "ci.example.org", port: 81 });
  });

  it("is empty without a Host header", () => {
    expect(from("198.51.100.1")).toMatchObject({ host: "", port: 80, hostHeader: null });
  });

  const forwarded = [
    ...["Host", "inner:9180"],
    ...["X-Forwarded-Host", "fake.example", "X-Forwarded-Proto", "http", "X-Forwarded-For", "203.0.113.9"],
    ...["x-forwarded-host", "evil.example, ci.example.org", "x-forwarded-proto", "https"],
    ...["x-forwarded-for", "203.0.113.9, 198.51.100.4"],
  ];

  it.each(["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::5", "192.0.2.7"])(
    "from a trusted proxy, %s: the last value of the forwarded headers counts",
    (proxy) => {
      expect(from(proxy, ...forwarded)).toEqual({
        host: "ci.example.org",
        port: 443,
        from: "198.51.100.4",
        hostHeader: "ci.example.org",
        site: "https://ci.example.org",
      });
    },
  );

  it.each(["11.1.2.3", "192.0.2.8", "2001:db9::5", "::1"])(
    "from any other client, %s: no forwarded header counts",
    (client) => {
      expect(from(client, ...forwarded)).toEqual({
        host: "inner",
        port: 9180,
        from: client,
        hostHeader: "inner:9180",
        site: "http://inner:9180",
      });
    },
  );

  it("from a trusted proxy need not be forwarded completely", () => {
    expect(from("10.0.0.1", "Host", "ci.example.org:81", "X-Forwarded-For", "203.0.113.9")).toMatchObject({
      host: "ci.example.org",
      port: 81,
      from: "203.0.113.9",
    });
  });
});
