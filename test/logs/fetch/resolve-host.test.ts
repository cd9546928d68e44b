import dns from "node:dns";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { createResolveHost, type ResolveOptions } from "../../../src/logs/fetch/resolve-host.ts";
import { type DnsConduct, type DnsServer, startDnsServer, type Zone } from "../../doubles/dns-server.ts";

const servers: DnsServer[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function aDns(zone: Zone, conduct?: DnsConduct): Promise<DnsServer> {
  const server = await startDnsServer(zone, conduct);
  servers.push(server);
  return server;
}

/** Resolves a name like a worker that uses this DNS server, and returns its addresses. */
function resolverOf(server: DnsServer | null, options: Partial<ResolveOptions> = {}) {
  const resolve = createResolveHost({
    servers: server === null ? [] : [server.address],
    lookupMs: 5000,
    hostsFile: null,
    ...options,
  });
  return async (name: string) => (await resolve(name)).map(({ address }) => address);
}

function aHostsFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "hosts-"));
  folders.push(folder);
  const path = join(folder, "hosts");
  writeFileSync(path, text);
  return path;
}

const silent: DnsConduct = { answers: () => false };

describe("a host name outside this machine", () => {
  it("is resolved by DNS, IPv4 before IPv6, also through other names", async () => {
    const zone = {
      "both.test": ["2001:db8::1", "192.0.2.1"],
      "six.test": ["2001:db8::1"],
      "www.test": ["cname:a.test", "cname:b.test", "192.0.2.2"],
    };
    const resolve = resolverOf(await aDns(zone));
    expect(await resolve("both.test")).toEqual(["192.0.2.1", "2001:db8::1"]);
    expect(await resolve("SIX.test.")).toEqual(["2001:db8::1"]);
    expect(await resolve("www.test")).toEqual(["192.0.2.2"]);
    await expect(resolve("none.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
  });

  it("fails in time if its servers never answer, however many servers there are", async () => {
    const resolve = resolverOf(await aDns({}, silent), { lookupMs: 400 });
    const from = performance.now();
    const ends = await Promise.allSettled(Array.from({ length: 200 }, (_, n) => resolve(`a${n}.test`)));
    expect(performance.now() - from).toBeLessThan(4000);
    for (const end of ends) {
      expect(end).toMatchObject({ reason: { failure: { kind: "timeout", final: false } } });
    }
  });

  it("does not block the system's look-ups, which the whole process shares, while its servers hang", async () => {
    const server = await aDns({}, silent);
    const resolve = resolverOf(server, { lookupMs: 5000 });
    const hanging = Promise.allSettled(Array.from({ length: 100 }, (_, n) => resolve(`a${n}.test`)));
    while (server.questions.length < 100) await new Promise((done) => setTimeout(done, 5));
    await dns.promises.lookup("localhost");
    // A lookup that waited for a thread would come after them.
    expect(await Promise.race([hanging.then(() => true), Promise.resolve(false)])).toBe(false);
    await hanging;
  });

  it("is resolved if it is answered slowly, but in time", async () => {
    const resolve = resolverOf(await aDns({ "slow.test": ["192.0.2.1"] }, { delayMs: 700 }));
    expect(await resolve("slow.test")).toEqual(["192.0.2.1"]);
  });

  it("is resolved by one family if the query for the other is never answered", async () => {
    const zone = { "a.test": ["192.0.2.1", "2001:db8::1"] };
    for (const [type, expected] of [
      ["AAAA", "192.0.2.1"],
      ["A", "2001:db8::1"],
    ] as const) {
      const answers = (asked: string): boolean => !asked.startsWith(`${type} `);
      const from = performance.now();
      expect(await resolverOf(await aDns(zone, { answers }))("a.test")).toEqual([expected]);
      expect(performance.now() - from).toBeLessThan(4000);
    }
  });

  it("fails with that reason if no DNS server can be reached", async () => {
    const server = await startDnsServer({});
    await server.close();
    await expect(resolverOf(server)("a.test")).rejects.toMatchObject({
      failure: { kind: "network", detail: "no DNS server could be asked for a.test", final: false },
    });
  });

  it("is not searched for in search domains", async () => {
    const server = await aDns({});
    await expect(resolverOf(server)("intranet")).rejects.toMatchObject({ code: "ENOTFOUND" });
    expect(server.questions.toSorted()).toEqual(["A intranet", "AAAA intranet"]);
  });
});

describe("a name of this machine", () => {
  it.each(["localhost", "LOCALHOST", "localhost.", "a17.localhost", "b.a.localhost."])(
    "%s is this machine, and no server is asked",
    async (name) => {
      const server = await aDns({ localhost: ["192.0.2.1"], "a17.localhost": ["192.0.2.1"] });
      expect(await resolverOf(server)(name)).toEqual(["127.0.0.1", "::1"]);
      expect(server.questions).toEqual([]);
    },
  );

  it("in the hosts file has the addresses in that file, without asking a server", async () => {
    const hostsFile = aHostsFile(
      [
        "# of this machine",
        "127.0.0.1\tlocalhost",
        "10.1.2.3 logs.Inner.test  logs # the log server",
        "fd00::3 logs",
        "not-an-address nobody",
        "fe80::1%lo0 zoned",
        "10.1.2.4 a.localhost\r",
      ].join("\n"),
    );
    const server = await aDns({ logs: ["192.0.2.1"], nobody: ["192.0.2.2"], zoned: ["192.0.2.3"] });
    const resolve = resolverOf(server, { hostsFile });
    expect(await resolve("logs.inner.test")).toEqual(["10.1.2.3"]);
    expect(await resolve("LOGS")).toEqual(["10.1.2.3", "fd00::3"]);
    expect(await resolve("localhost")).toEqual(["127.0.0.1"]);
    expect(await resolve("a.localhost")).toEqual(["10.1.2.4"]);
    expect(server.questions).toEqual([]);
    expect(await resolve("nobody")).toEqual(["192.0.2.2"]);
    expect(await resolve("zoned")).toEqual(["192.0.2.3"]);
  });

  it("is resolved if there is no hosts file", async () => {
    const resolve = resolverOf(null, { hostsFile: "/nowhere/hosts" });
    expect(await resolve("localhost")).toEqual(["127.0.0.1", "::1"]);
  });
});
