import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { bundleProgram } from "../../bundle-program.ts";
import { type DnsServer, startDnsServer } from "../../doubles/dns-server.ts";

// A process reads its trusted certificates when it starts, so each fetch is a process of its own.
const fetchLog = bundleProgram("doubles/fetch-log.mjs");
const folder = mkdtempSync(join(tmpdir(), "pulse-ingest-https-"));
const certificate = join(folder, "certificate.pem");
const key = join(folder, "key.pem");

const made = spawnSync("openssl", [
  ..."req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=logs.test".split(" "),
  ...["-addext", "subjectAltName=DNS:logs.test", "-keyout", key, "-out", certificate],
]);
const canRun = made.status === 0;
if (!canRun) console.warn("LEFT OUT: logs over https. Install openssl to run these tests.");

(canRun ? describe : describe.skip)("a log over https", () => {
  let server: Server;
  let dns: DnsServer;
  let port: number;

  beforeAll(async () => {
    server = createServer(
      { key: readFileSync(key), cert: readFileSync(certificate) },
      (request, response) => {
        if (request.url === "/log") response.end("log");
        else request.socket.write(extended);
      },
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
    dns = await startDnsServer({ "logs.test": ["127.0.0.1"], "other.test": ["127.0.0.1"] });
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await dns.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  // 100 bytes, each in a chunk with an extension of 16 KiB.
  const extended = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${`1;x=${"y".repeat(16_000)}\r\nx\r\n`.repeat(100)}0\r\n\r\n`;

  async function fetched(url: string, trusted?: string, ...limits: readonly string[]): Promise<string> {
    const env = trusted === undefined ? process.env : { ...process.env, NODE_EXTRA_CA_CERTS: trusted };
    const { stdout } = await promisify(execFile)(process.execPath, [fetchLog, url, dns.address, ...limits], {
      env,
    });
    return stdout;
  }

  it("is read if the certificate is trusted and belongs to the host, although the connection uses the checked address", async () => {
    expect(await fetched(`https://logs.test:${port}/log`, certificate)).toBe("log");
  });

  it("counts all transferred bytes, including chunk extensions", async () => {
    const url = `https://logs.test:${port}/extended`;
    expect(await fetched(url, certificate)).toBe("x".repeat(100));
    // A part is read before the limit is exceeded.
    expect(await fetched(url, certificate, "1000000")).toMatch(/^x{1,99}\{"kind":"too-large","final":true,/);
    expect(await fetched(url, certificate, "1650000")).toBe("x".repeat(100));
  }, 180_000);

  it.each([
    ["nobody trusts", "logs.test", undefined, "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["belongs to another host", "other.test", certificate, "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["is not for an address", "127.0.0.1", certificate, "ERR_TLS_CERT_ALTNAME_INVALID"],
  ])("is not read with a certificate that %s", async (_case, host, trusted, code) => {
    expect(JSON.parse(await fetched(`https://${host}:${port}/log`, trusted))).toEqual({
      kind: "network",
      final: false,
      detail: `${host}:${port}: ${code}`,
    });
  });
});
