import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { startHttp } from "../../../src/http/observe/start-http.ts";
import { createCounters } from "../../../src/metrics/counters.ts";
import { freePort } from "../../servers/free-port.ts";
import { untilAnswer } from "../../until.ts";
import { type CliRun, runCli } from "../run-cli.ts";

jest.setTimeout(180_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "status-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const status = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliRun> =>
  runCli(["status", ...args], {
    ...{ AMQP_URL: "", AMQP_URL_FILE: "", DATA_DIR: join(folder, "data") },
    ...env,
  });

it("says for each part why there is no information if nothing runs, and creates no store", async () => {
  const { code, stdout, stderr } = await status([], { HTTP_PORT: String(await freePort()) });
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  expect(stdout).toMatch(/^! worker: nothing listens there/);
  expect(stdout).toMatch(/^broker +not asked from here: AMQP_URL is not set$/m);
  expect(stdout).toMatch(/^store +unknown: not asked from here: there is no store in /m);
  expect(existsSync(join(folder, "data"))).toBe(false);
});

it.each([
  ["off", /^! worker: HTTP_PORT is off.*--url/],
  ["0", /^! worker: HTTP_PORT is 0.*http_listening.*--url/],
])("asks for the worker's address if its port cannot be known (HTTP_PORT=%s)", async (port, told) => {
  expect(await status([], { HTTP_PORT: port })).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(told),
  });
});

it("reports an unavailable broker and database, without their passwords", async () => {
  const port = await freePort();
  // A busy machine may be too late for the command's own limits now and then.
  const { code, stdout, stderr } = await untilAnswer(
    () =>
      status(["--url", `http://127.0.0.1:${port}`], {
        AMQP_URL: `amqp://user:geheim@127.0.0.1:${port}`,
        MONGODB_URL: `mongodb://user:geheim@127.0.0.1:${port}/x`,
      }),
    (answer) => !answer.stdout.includes("no answer within"),
  );
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  expect(stdout).toMatch(/^! broker: nothing is listening at 127\.0\.0\.1:\d+/m);
  expect(stdout).toMatch(/^! store: unavailable: nothing is listening at 127\.0\.0\.1:\d+: check /m);
  expect(stdout).not.toContain("geheim");
});

it("says so if the answer is not from a worker, even if it never ends", async () => {
  const endless = (response: ServerResponse): void => {
    // The error shows that the client has disconnected: not every Node.js version marks the response as destroyed.
    response.write("x".repeat(100_000), (error) => {
      if (!error) setImmediate(endless, response);
    });
  };
  const brief = (response: ServerResponse): void => void response.end('{"hello":"world"}');
  for (const answer of [brief, endless]) {
    const other = createServer((_request, response) => answer(response)).listen(0, "127.0.0.1");
    await once(other, "listening");
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { code, stdout } = await untilAnswer(
      () => status(["--url", url, "--json"]),
      (answer) => !answer.stdout.includes("no answer within"),
    );
    other.close();
    other.closeAllConnections();
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      problems: [
        expect.stringMatching(/^worker: the answer \(HTTP 200\) is not from a worker of this version/),
      ],
      worker: { url, status: null },
    });
  }
});

it("asks the worker at the address of --url, in every notation of this machine", async () => {
  const counters = createCounters();
  let port = "";
  const tell = (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    if (event === "http_listening") ({ port } = new URL(String(fields["url"])));
  };
  const http = await startHttp({
    ...{ host: "127.0.0.1", allowedHosts: [], port: 0, version: "1.2.3", counters },
    ...{
      files: { generation: () => 1, problems: () => [], registry: () => ({ retain: {} }) },
      worker: () => ({ phase: "opening" }) as const,
    },
    ...{ prefetch: 1, ackTimeoutMs: 1000, queueLimit: 1, stallLimitMs: 1000 },
    kept: { jobs: 0, rejections: 30, archive: 0 },
    log: { error: tell, warn: tell, info: tell, debug: tell },
  });
  for (const name of ["127.0.0.1", "localhost"]) {
    const { stdout } = await status(["--url", `http://${name}:${port}/`, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ worker: { trouble: null, status: { version: "1.2.3" } } });
  }
  await http.close();
});

it("says what to do if the worker refuses the host name of the request", async () => {
  const other = createServer((_request, response) => response.writeHead(403).end("{}")).listen(
    0,
    "127.0.0.1",
  );
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const { code, stdout } = await status(["--url", `http://127.0.0.1:${port}`]);
  other.close();
  expect(code).toBe(1);
  expect(stdout).toMatch(/^! worker: it refuses the name 127\.0\.0\.1 .*HTTP_ALLOWED_HOSTS/m);
});

it("an invalid address or one with a password is refused, and the password is not printed", async () => {
  for (const url of ["9182", "ftp://x", "http://", "http://user:geheim@127.0.0.1:1"]) {
    const { code, stdout, stderr } = await status(["--url", url]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("--url must be a worker's address");
    expect(stderr).not.toContain("geheim");
  }
});
