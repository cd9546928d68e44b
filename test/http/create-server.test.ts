import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { Misuse } from "../../src/domain/faults.ts";
import { createServer, json, type Route } from "../../src/http/create-server.ts";
import { type OpenServer, openServer } from "../../src/http/open-server.ts";

jest.setTimeout(20_000);

const routes: readonly Route[] = [
  { method: "GET", path: "/well", respond: async () => json(200, { well: true }) },
  {
    method: "GET",
    path: "/away",
    respond: async () => json(503, { trouble: "refused by mongodb://user:hunter2@db/jobs" }),
  },
  {
    method: "GET",
    path: "/bug",
    respond: async () => {
      throw new Error("a bug with hunter2 in it");
    },
  },
];

let events: string[];
let server: OpenServer;
beforeEach(async () => {
  events = [];
  const tell = (event: string): void => void events.push(event);
  const log = { error: tell, warn: tell, info: tell, debug: tell };
  server = await openServer(createServer(routes, log), "127.0.0.1", 0);
});
afterEach(() => server.close());

it("answers by the table of routes, in JSON, never from a cache", async () => {
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
])("%s: there is nothing", async (path, status) => {
  const answer = await fetch(`${server.url}${path}`);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ paths: ["/well", "/away", "/bug"] });
});

it.each(["POST", "PUT", "DELETE", "OPTIONS"])("%s is not for reading", async (method) => {
  const body = method === "POST" ? { body: "x".repeat(100_000) } : {};
  const answer = await fetch(`${server.url}/well`, { method, ...body });
  expect(answer.status).toBe(405);
  expect(answer.headers.get("allow")).toBe("GET, HEAD");
  expect(await answer.json()).toMatchObject({ error: expect.any(String) });
});

it("tells no password, wherever it was picked up", async () => {
  const answer = await fetch(`${server.url}/away`);
  expect(answer.status).toBe(503);
  const text = await answer.text();
  expect(text).toContain("refused by mongodb://");
  expect(text).not.toContain("hunter2");
});

it("tells of a bug in the log, and nothing of it to whoever asked", async () => {
  const answer = await fetch(`${server.url}/bug`);
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain("hunter2");
  expect(events).toEqual(["bug"]);
});

it("refuses oversize headers", async () => {
  expect(await said(`GET /well HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(10_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
});

it("cuts off whoever sends a request too slowly", async () => {
  expect(await said("GET /well HTTP/1.1\r\nHost: x\r\n")).toMatch(/^HTTP\/1\.1 408 /);
});

it("answers no more than a hundred requests that come at once on one connection", async () => {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.write("GET /well HTTP/1.1\r\nHost: x\r\n\r\n".repeat(5000));
  let answers = "";
  for await (const chunk of socket) {
    answers += String(chunk);
    if (answers.includes("HTTP/1.1 503 ")) break;
  }
  expect(answers.match(/^HTTP\/1\.1 200 /gm)).toHaveLength(100);
});

it("an address in use is a clear misuse", async () => {
  const port = Number(new URL(server.url).port);
  const log = { error: fail, warn: fail, info: fail, debug: fail };
  const second = openServer(createServer(routes, log), "127.0.0.1", port);
  await expect(second).rejects.toThrow(Misuse);
  await expect(second).rejects.toThrow(
    /HTTP_PORT: cannot listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\): .*another worker/,
  );
});

it("an address that this machine does not have is one too", async () => {
  const log = { error: fail, warn: fail, info: fail, debug: fail };
  await expect(openServer(createServer(routes, log), "192.0.2.1", 0)).rejects.toThrow(/HTTP_HOST/);
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

function fail(event: string): never {
  throw new Error(`unexpected: ${event}`);
}

/** What the server says to these bytes, until it closes the connection. */
async function said(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.write(bytes);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  await once(socket, "close");
  return Buffer.concat(chunks).toString();
}
