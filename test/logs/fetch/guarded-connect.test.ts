import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { type HttpLogSourceOptions, openHttpLogSource } from "../../../src/logs/fetch/http-log-source.ts";
import { LogFetchError, type LogFetchFailure } from "../../../src/logs/fetch/log-source.ts";
import { type DnsServer, startDnsServer, type Zone } from "../../doubles/dns-server.ts";
import { answer, type Behaviour, type LogHost, redirect, startLogHost } from "../../doubles/log-host.ts";

// The internal addresses are 127.0.0.1 and ::1, where a service listens that must never be reached. A test has no public
// machine, so 127.0.0.2 acts as one: it is loopback too, so nothing leaves this machine, and these tests allow it.
const inside = "127.0.0.1";
const outside = "127.0.0.2";
const outsideIsPublic = { mayConnect: (address: string) => address === outside };

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function aHost(
  paths: Readonly<Record<string, Behaviour>>,
  address: string,
  port = 0,
): Promise<LogHost> {
  const host = await startLogHost(paths, address, port);
  opened.push(host);
  return host;
}

/** The internal service, and a public log host on the same port. */
async function bothSides(): Promise<{ secret: LogHost; logs: LogHost }> {
  const secret = await aHost({ "/log": answer("secret") }, inside);
  const logs = await aHost({ "/log": answer("log") }, outside, secret.port);
  return { secret, logs };
}

async function aDns(zone: Zone): Promise<DnsServer> {
  const dns = await startDnsServer(zone);
  opened.push(dns);
  return dns;
}

type Outcome = string | LogFetchFailure;

/** Returns the log's text, or the reason why there is none. */
async function fetchLog(url: string, options: Partial<HttpLogSourceOptions> = {}): Promise<Outcome> {
  const source = openHttpLogSource({ userAgent: "test", ...options });
  opened.push(source);
  try {
    let text = "";
    for await (const piece of (await source.open(url)).bytes) text += Buffer.from(piece).toString();
    return text;
  } catch (error) {
    if (error instanceof LogFetchError) return error.failure;
    throw error;
  }
}

const refused = { kind: "refused-address", final: true };

describe("a literal internal address is refused before any connection is made", () => {
  it.each([
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "１２７.０.０.１",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "0.0.0.0",
    "0",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "user:password@127.0.0.1",
    "public.example@127.0.0.1",
    "localhost",
    "LOCALHOST",
  ])("http://%s", async (host) => {
    const four = await aHost({ "/log": answer("secret") }, inside);
    const six = await aHost({ "/log": answer("secret") }, "::1", four.port).catch(() => null);
    expect(await fetchLog(`http://${host}:${four.port}/log`)).toMatchObject(refused);
    expect(four.connections()).toBe(0);
    expect(six?.connections() ?? 0).toBe(0);
  });

  it.each(["169.254.169.254", "10.0.0.1", "192.168.1.1", "[fe80::1]", "[fd00:ec2::254]", "100.100.100.200"])(
    "http://%s, without a packet sent",
    async (host) => {
      expect(await fetchLog(`http://${host}/log`)).toMatchObject(refused);
      expect(await fetchLog(`https://${host}/log`)).toMatchObject(refused);
    },
  );

  it("or connected to, if private addresses are allowed", async () => {
    const { secret } = await bothSides();
    expect(await fetchLog(`${secret.url}/log`, { allowPrivate: true })).toBe("secret");
  });
});

describe("a name is checked by the addresses that it resolves to", () => {
  it.each<[string, Zone[string]]>([
    ["an internal address", [inside]],
    ["an internal address through another name", ["cname:inner.test", inside]],
    ["an internal address, mapped into IPv6", ["::ffff:127.0.0.1"]],
    ["an internal IPv6 address", ["::1"]],
    ["an unspecified address", ["0.0.0.0"]],
    ["a public address and an internal one", [outside, inside]],
    ["an internal address and a public one", [inside, outside]],
    ["a public address and an internal IPv6 one", [outside, "::1"]],
    ["the cloud's metadata address", ["169.254.169.254"]],
  ])("refused: %s", async (_case, answers) => {
    const { secret, logs } = await bothSides();
    const dns = await aDns({ "logs.test": answers });
    const options = { ...outsideIsPublic, dnsServers: [dns.address] };
    const failure = await fetchLog(`http://logs.test:${secret.port}/log`, options);
    expect(failure).toMatchObject(refused);
    expect(dns.questions).toContain("A logs.test");
    expect(secret.connections() + logs.connections()).toBe(0);
    // Publishers must not learn internal addresses.
    expect(JSON.stringify(failure)).not.toMatch(/127|::1|169\.254/);
  });

  it("and read if they are public, directly or through another name", async () => {
    const { secret, logs } = await bothSides();
    const dns = await aDns({ "logs.test": [outside], "www.test": ["cname:logs.test", outside] });
    const options = { ...outsideIsPublic, dnsServers: [dns.address] };
    expect(await fetchLog(`http://logs.test:${logs.port}/log`, options)).toBe("log");
    expect(await fetchLog(`http://www.test:${logs.port}/log`, options)).toBe("log");
    expect(logs.requests[0]).toContain(`host: logs.test:${logs.port}`);
    expect(secret.connections()).toBe(0);
  });

  it("and a name that does not exist is a network failure, and not final", async () => {
    const dns = await aDns({});
    const failure = await fetchLog("http://nowhere.test/log", { dnsServers: [dns.address] });
    expect(failure).toEqual({ kind: "network", final: false, detail: "nowhere.test: no such host name" });
  });

  it("by DNS alone; the hosts file of the machine is used only if private addresses are allowed", async () => {
    const { secret, logs } = await bothSides();
    const dns = await aDns({ "logs.test": [outside] });
    const folder = mkdtempSync(join(tmpdir(), "hosts-"));
    const hostsFile = join(folder, "hosts");
    writeFileSync(hostsFile, `${inside} logs.test\n`);
    const options = { dnsServers: [dns.address], hostsFile };
    const url = `http://logs.test:${logs.port}/log`;
    expect(await fetchLog(url, { ...options, ...outsideIsPublic })).toBe("log");
    expect(secret.connections()).toBe(0);
    const asked = dns.questions.length;
    expect(await fetchLog(url, { ...options, allowPrivate: true })).toBe("secret");
    expect(dns.questions).toHaveLength(asked);
    rmSync(folder, { recursive: true });
  });

  it("one whose servers do not answer fails in time", async () => {
    const silent = await aHost({}, inside);
    const options = { dnsServers: [`127.0.0.1:${silent.port}`], limits: { connectMs: 300 } };
    expect(await fetchLog("http://logs.test/log", options)).toMatchObject({ final: false });
  });

  it("all of many addresses are checked, and a few are tried", async () => {
    const { logs } = await bothSides();
    const many = Array.from({ length: 20 }, (_, nth) => `127.0.0.${nth + 2}`);
    const dns = await aDns({ "logs.test": many, "mixed.test": [...many, inside] });
    const asked: (readonly string[])[] = [];
    const options = {
      dnsServers: [dns.address],
      mayConnect: (address: string) => address !== inside,
      admit: async (addresses: readonly string[]) => {
        asked.push(addresses);
        return addresses;
      },
    };
    expect(await fetchLog(`http://logs.test:${logs.port}/log`, options)).toBe("log");
    expect(asked).toHaveLength(1);
    expect(asked[0]).toHaveLength(4);
    expect(await fetchLog(`http://mixed.test:${logs.port}/log`, options)).toMatchObject(refused);
    expect(asked).toHaveLength(1);
  });

  it("a log of a busy server is not fetched now, and no connection is made", async () => {
    const { logs } = await bothSides();
    const dns = await aDns({ "logs.test": [outside] });
    const options = { ...outsideIsPublic, dnsServers: [dns.address], admit: async () => [] };
    for (const host of ["logs.test", outside]) {
      expect(await fetchLog(`http://${host}:${logs.port}/log`, options)).toMatchObject({
        kind: "server-busy",
        final: false,
      });
    }
    expect(logs.connections()).toBe(0);
  });

  it("the second address is used if the first does not answer", async () => {
    const { logs } = await bothSides();
    const options = { mayConnect: (address: string) => [outside, "127.0.0.3"].includes(address) };
    const dns = await aDns({ "logs.test": ["127.0.0.3", outside] });
    expect(
      await fetchLog(`http://logs.test:${logs.port}/log`, { ...options, dnsServers: [dns.address] }),
    ).toBe("log");
  });
});

describe("answers that change", () => {
  it("the checked address is the one that is connected to", async () => {
    const { secret, logs } = await bothSides();
    // A second query would return an internal address.
    const dns = await aDns({ "logs.test": (nth) => (nth === 0 ? [outside] : [inside]) });
    const options = { ...outsideIsPublic, dnsServers: [dns.address] };
    expect(await fetchLog(`http://logs.test:${logs.port}/log`, options)).toBe("log");
    expect(dns.questions.filter((question) => question === "A logs.test")).toHaveLength(1);
    expect(secret.connections()).toBe(0);
    expect(logs.connections()).toBe(1);
  });

  it("each new connection is checked again", async () => {
    const { secret, logs } = await bothSides();
    const dns = await aDns({ "logs.test": (nth) => (nth === 0 ? [outside] : [inside]) });
    const options = { ...outsideIsPublic, dnsServers: [dns.address] };
    expect(await fetchLog(`http://logs.test:${logs.port}/log`, options)).toBe("log");
    expect(await fetchLog(`http://logs.test:${logs.port}/log`, options)).toMatchObject(refused);
    expect(secret.connections()).toBe(0);
  });

  it("the address is checked again after a redirect to the same name on another port", async () => {
    const secret = await aHost({ "/log": answer("secret") }, inside);
    const logs = await aHost({ "/log": redirect(`http://logs.test:${secret.port}/log`) }, outside);
    const dns = await aDns({ "logs.test": (nth) => (nth === 0 ? [outside] : [inside]) });
    const options = { ...outsideIsPublic, dnsServers: [dns.address] };
    expect(await fetchLog(`http://logs.test:${logs.port}/log`, options)).toMatchObject(refused);
    expect(logs.requests).toHaveLength(1);
    expect(secret.connections()).toBe(0);
  });
});

describe("a redirect to an internal address is refused", () => {
  it.each(["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])(
    "%s",
    async (status) => {
      const secret = await aHost({ "/log": answer("secret") }, inside);
      const targets = [
        `http://127.0.0.1:${secret.port}/log`,
        `//127.0.0.1:${secret.port}/log`,
        `http://0x7f.1:${secret.port}/log`,
        `http://[::ffff:127.0.0.1]:${secret.port}/log`,
        `http://inner.test:${secret.port}/log`,
        `http://inner.test:${secret.port}\\@logs.test/log`,
      ];
      const paths = Object.fromEntries(targets.map((to, at) => [`/${at}`, redirect(to, status)]));
      const logs = await aHost({ ...paths, "/first": redirect("/4", status) }, outside);
      const dns = await aDns({ "logs.test": [outside], "inner.test": [inside] });
      const options = { ...outsideIsPublic, dnsServers: [dns.address] };
      for (const path of [...Object.keys(paths), "/first"]) {
        expect(await fetchLog(`http://logs.test:${logs.port}${path}`, options)).toMatchObject(refused);
      }
      expect(secret.connections()).toBe(0);
    },
  );

  it("and so is a redirect from a host on the allow-list to a host that is not on it", async () => {
    const { logs, secret } = await bothSides();
    const first = await aHost({ "/log": redirect(`http://other.test:${logs.port}/log`) }, outside);
    const dns = await aDns({ "a.logs.test": [outside], "other.test": [outside], "logs.test": [inside] });
    const options = { ...outsideIsPublic, dnsServers: [dns.address], allowHosts: ["*.logs.test"] };
    expect(await fetchLog(`http://a.logs.test:${first.port}/log`, options)).toMatchObject({
      kind: "refused-host",
      final: true,
    });
    expect(await fetchLog(`http://logs.test:${secret.port}/log`, options)).toMatchObject({
      kind: "refused-host",
    });
    expect(logs.connections() + secret.connections()).toBe(0);
  });

  it("the allow-list does not allow an internal address: a listed name that resolves to one is refused", async () => {
    const { secret } = await bothSides();
    const dns = await aDns({ "a.logs.test": [inside] });
    const options = { dnsServers: [dns.address], allowHosts: ["*.logs.test"] };
    expect(await fetchLog(`http://a.logs.test:${secret.port}/log`, options)).toMatchObject(refused);
    expect(secret.connections()).toBe(0);
  });
});
