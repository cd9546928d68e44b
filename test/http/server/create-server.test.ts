import { once } from "node:events";
import { METHODS } from "node:http";
import { connect, type Socket } from "node:net";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import { Misuse } from "../../../src/domain/faults.ts";
import { type OpenServer, openServer } from "../../../src/http/server/open-server.ts";
import { sendJson } from "../../../src/http/server/send-json.ts";
import type { Log } from "../../../src/log.ts";
import { observeServer, observeSettings } from "../observe-server.ts";

jest.setTimeout(180_000);

let largeAnswers = 0;
const LARGE = "x".repeat(1024 * 1024);

const routes: FastifyPluginAsync = async (app) => {
  app.get("/well", async (_request, reply) => sendJson(reply, 200, { well: true }));
  app.get("/away", async (_request, reply) =>
    sendJson(reply, 503, { trouble: "refused by mongodb://user:hunter2@db/jobs" }),
  );
  app.get("/bug", async () => {
    throw new Error("a bug with hunter2 in it");
  });
  app.get("/large", async (_request, reply) => {
    largeAnswers++;
    return reply.type("text/plain").send(LARGE);
  });
};

const fails: Log = { error: fail, warn: fail, info: fail, debug: fail };

const anApp = (log: Log, host = "127.0.0.1") =>
  observeServer([routes], log, { host, allowedHosts: ["worker.example", "*.workers.example"] });

let events: string[];
let app: FastifyInstance;
let server: OpenServer;
beforeEach(async () => {
  events = [];
  largeAnswers = 0;
  const tell = (event: string): void => void events.push(event);
  const log = { error: tell, warn: tell, info: tell, debug: tell };
  app = anApp(log);
  server = await openServer(app, "127.0.0.1", 0, observeSettings);
});
afterEach(() => server.close());

it("answers the routes in JSON, never from a cache", async () => {
  const answer = await fetch(`${server.url}/well?verbose`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(await answer.json()).toEqual({ well: true });
});

it("answers HEAD without a body", async () => {
  const answer = await fetch(`${server.url}/well`, { method: "HEAD" });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe("");
});

it.each([
  ["/", 404],
  ["/well/", 404],
  ["//", 404],
  ["/%2e%2e/package.json", 404],
])("%s: not found", async (path, status) => {
  const answer = await fetch(`${server.url}${path}`);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ paths: ["/well", "/away", "/bug", "/large"] });
});

it.each(["POST", "PUT", "DELETE", "OPTIONS"])("%s is refused with 405", async (method) => {
  const body = method === "POST" ? { body: "x".repeat(100_000) } : {};
  const answer = await fetch(`${server.url}/well`, { method, ...body });
  expect(answer.status).toBe(405);
  expect(answer.headers.get("allow")).toBe("GET, HEAD");
  expect(await answer.json()).toMatchObject({ error: expect.any(String) });
});

it("shows no password, whatever its source", async () => {
  const answer = await fetch(`${server.url}/away`);
  expect(answer.status).toBe(503);
  const text = await answer.text();
  expect(text).toContain("refused by mongodb://");
  expect(text).not.toContain("hunter2");
});

it("reports a bug in the log, and not to the client", async () => {
  const answer = await fetch(`${server.url}/bug`);
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain("hunter2");
  expect(events).toEqual(["bug"]);
});

it("refuses oversize headers", async () => {
  expect(await said(`GET /well HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(10_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
});

it("closes the connection of a client that sends its request too slowly", async () => {
  expect(await said("GET /well HTTP/1.1\r\nHost: localhost\r\n")).toMatch(/^HTTP\/1\.1 408 /);
});

it("answers at most a hundred requests that arrive together on one connection", async () => {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.write("GET /well HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(5000));
  let answers = "";
  for await (const chunk of socket) {
    answers += String(chunk);
    if (answers.includes("HTTP/1.1 503 ")) break;
  }
  expect(answers.match(/^HTTP\/1\.1 200 /gm)).toHaveLength(100);
});

it("an address in use is a misuse", async () => {
  const port = Number(new URL(server.url).port);
  const second = openServer(anApp(fails), "127.0.0.1", port, observeSettings);
  await expect(second).rejects.toThrow(Misuse);
  await expect(second).rejects.toThrow(
    /HTTP_PORT: cannot listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\): .*another worker/,
  );
});

it("an address that this machine does not have is a misuse too", async () => {
  await expect(openServer(anApp(fails, "192.0.2.1"), "192.0.2.1", 0, observeSettings)).rejects.toThrow(
    /HTTP_HOST/,
  );
});

it("closes while a client keeps its connection open", async () => {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", () => undefined);
  const closed = once(socket, "close");
  await server.close();
  await closed;
  await expect(fetch(`${server.url}/well`)).rejects.toThrow();
});

it.each([
  ...["GET", "HEAD", "POST", "PURGE"].map((method) => [method, "/well"]),
  ["GET", "/nothing"],
  ["GET", "/bug"],
  ["GET", "/%zz"],
])("every answer forbids guessing its type and caching it: %s %s", async (method = "", path = "") => {
  const answer = await said(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  expect(answer).toMatch(/^x-content-type-options: nosniff\r$/im);
  expect(answer).toMatch(/^cache-control: no-store\r$/im);
  expect(answer).toMatch(/^content-type: application\/json\r$/im);
  expect(answer).not.toMatch(/hunter2|node_modules|FST_/);
});

it("refuses every HTTP method that the path does not have, before it reads a body", async () => {
  const common = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"];
  for (const method of METHODS.filter((each) => !["GET", "HEAD", "CONNECT"].includes(each))) {
    const head = `${method} /well HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: text/odd\r\n`;
    const answer = await said(`${head}Content-Length: 100000000\r\n\r\n`);
    const refused = common.includes(method) ? /^HTTP\/1.1 405 .*^allow: GET, HEAD\r$/ims : /^HTTP\/1.1 501 /;
    expect([method, answer]).toEqual([method, expect.stringMatching(refused)]);
  }
});

it("a path that cannot be decoded is a bad request", async () => {
  expect(await said("GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).toMatch(
    /^HTTP\/1.1 400 /,
  );
});

describe("the host that a request names", () => {
  const ours = [
    ...["127.0.0.1", "127.0.0.1:1", "10.1.2.3:9182", "8.8.8.8", "[::1]", "[::1]:9182", "[fe80::1]:80"],
    ...[
      "localhost",
      "LocalHost:9182",
      "localhost.",
      "a.localhost",
      hostname(),
      `${hostname().toUpperCase()}:9182`,
    ],
    ...["worker.example", "WORKER.example.:80", "a.workers.example", "a.b.workers.example:1"],
  ];
  const foreign = [
    ...[
      "evil.example",
      "evil.example:9182",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "notlocalhost",
    ],
    ...[
      "workers.example",
      "aworkers.example",
      "worker.example.evil",
      "[evil.example]",
      "::1",
      "[::1",
      "127.0.0.1:1:2",
    ],
    ...[
      "user@localhost",
      "evil@127.0.0.1",
      "localhost/x",
      "127.1",
      "2130706433",
      "",
      ".",
      ":80",
      "localhost evil",
    ],
  ];
  const asked = (host: string): Promise<string> =>
    said(`GET /well HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);

  it.each(ours)("%s is accepted", async (host) => expect(await asked(host)).toMatch(/^HTTP\/1.1 200 /));

  it.each(foreign)("'%s' is refused, and the answer tells nothing else", async (host) => {
    const answer = await asked(host);
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
    expect(answer).toContain("HTTP_ALLOWED_HOSTS");
    expect(answer).not.toContain("well");
  });

  it.each(["GET /nothing", "POST /well", "GET /%zz", "HEAD /bug", "OPTIONS *"])(
    "also for %s",
    async (line) => {
      expect(await said(`${line} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1.1 403 /,
      );
      expect(events).toEqual([]);
    },
  );

  it("is that of the target if the target is an absolute URL", async () => {
    const asks = (target: string, host: string) =>
      said(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(await asks("http://localhost:9182/well", "localhost")).toMatch(/^HTTP\/1.1 200 /);
    expect(await asks("http://evil.example/well", "localhost")).toMatch(/^HTTP\/1.1 403 /);
    expect(await asks("HTTP://localhost@evil.example/well", "localhost")).toMatch(/^HTTP\/1.1 403 /);
    expect(await asks("http://localhost/well", "evil.example")).toMatch(/^HTTP\/1.1 403 /);
  });

  it("may be missing in HTTP/1.0, as in a simple probe, and is required in HTTP/1.1", async () => {
    expect(await said("GET /well HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1.1 200 /);
    expect(await said("GET /well HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
  });

  it("must be named once: a second header is not ignored", async () => {
    const asks = (first: string, second: string) =>
      said(`GET /well HTTP/1.1\r\nHost: ${first}\r\nhOST: ${second}\r\nConnection: close\r\n\r\n`);
    expect(await asks("localhost", "evil.example")).toMatch(/^HTTP\/1.1 403 /);
    expect(await asks("evil.example", "localhost")).toMatch(/^HTTP\/1.1 403 /);
    expect(await asks("localhost", "localhost")).toMatch(/^HTTP\/1.1 400 /);
  });

  it("may be the listener's own name", async () => {
    const own = anApp(fails, "Own.example");
    const ask = async (host: string) => (await own.inject({ url: "/well", headers: { host } })).statusCode;
    expect(await Promise.all(["own.example", "own.example.:80", "other.example"].map(ask))).toEqual([
      200, 200, 403,
    ]);
    await own.close();
  });
});

it("a hundred clients that never read their answers do not block other clients", async () => {
  const { port } = new URL(server.url);
  const mutes = Array.from({ length: 100 }, () => {
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => undefined).pause();
    socket.write("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100));
    return socket;
  });
  // Waits until the connection of each client is full.
  for (let before = -1; before < largeAnswers || largeAnswers < 100; await wait(500)) before = largeAnswers;
  const answer = await fetch(`${server.url}/well`, { signal: AbortSignal.timeout(20_000) });
  expect(answer.status).toBe(200);
  // Requests beyond what a connection can hold are not started.
  expect(largeAnswers).toBeLessThan(5000);
  for (const socket of mutes) socket.destroy();
});

it("closes the connection of a client that neither sends nor reads", async () => {
  expect(app.server.timeout).toBe(10_000);
  app.server.timeout = 200;
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.on("error", () => undefined).pause();
  socket.write("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(20));
  const [served] = (await once(app.server, "connection")) as [Socket];
  await once(served, "close");
  socket.destroy();
});

function fail(event: string): never {
  throw new Error(`unexpected: ${event}`);
}

/** Returns the server's answer to these bytes, until it closes the connection. */
async function said(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.write(bytes);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  await once(socket, "close");
  return Buffer.concat(chunks).toString();
}
