import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Unavailable } from "../../../src/domain/faults.ts";
import { pageHeaders } from "../../../src/http/pages/serve/page-headers.ts";
import type { LogFields } from "../../../src/log.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import type { LightView } from "../../../src/web/worker-light.tsx";
import { type PagesServer, startPagesServer } from "../../web/pages-server.ts";

const folder = mkdtempSync(join(tmpdir(), "pulse-ingest-pages-"));
const events: [string, LogFields][] = [];
const noted = (event: string, fields: LogFields = {}): void => void events.push([event, fields]);
const ready: LightView = { state: "ready", words: "worker ready" };
/** The error that the next page gets when it asks for the worker's health, or null for none. */
let trouble: Error | null = null;
let store: Store;
let server: PagesServer;
beforeAll(async () => {
  store = await openSqliteStore(folder, 30);
  const light = {
    async ask() {
      if (trouble !== null) throw trouble;
      return ready;
    },
    last: () => ready,
  };
  const log = { error: noted, warn: noted, info: noted, debug: noted };
  server = await startPagesServer(store, { light, log });
});
afterAll(async () => {
  await server.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

const HTML = "text/html,application/xhtml+xml,*/*;q=0.8";

/** Sends a request. `fetch` would not allow a `Host` or `Sec-Fetch-Site` header. */
async function ask(
  path: string,
  {
    method = "GET",
    headers = {},
    body = "",
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; headers: IncomingMessage["headers"]; body: string }> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${server.url}${path}`, { method, headers }, resolve).on("error", reject).end(body);
  });
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
}

/** Returns the addresses of the files that a page loads. */
async function filesOf(path: string): Promise<string[]> {
  const { body } = await ask(path, { headers: { accept: HTML } });
  return [...body.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g)].map(
    ([, address = ""]) => address,
  );
}

it.each([
  ["a page", "/help", {}],
  ["the pages' JSON", "/api/light", {}],
  ["an unknown path", "/nothing", {}],
  ["a path that cannot be decoded", "/%ff%", {}],
  ["a method that the path does not have", "/help", { method: "DELETE" }],
  ["a foreign host", "/help", { headers: { host: "evil.example" } }],
  ["a query that is too long", `/help?${"a".repeat(3000)}`, {}],
  ["the description of the REST API", "/api/openapi.json", {}],
])("%s has the security headers", async (_name, path, options) => {
  const { headers } = await ask(path, options);
  expect(headers).toMatchObject({ ...pageHeaders(false), "x-content-type-options": "nosniff" });
});

it("a bundle also has them, may be cached for ever, and comes in the best encoding that the browser accepts", async () => {
  const files = await filesOf("/help");
  expect(files.map((file) => file.replace(/.*\./, "")).toSorted()).toEqual(
    expect.arrayContaining(["css", "js"]),
  );
  for (const file of files) {
    const plain = await fetch(server.url + file, { headers: { "accept-encoding": "identity" } });
    expect(Object.fromEntries(plain.headers)).toMatchObject({
      ...pageHeaders(false),
      "cache-control": "public, max-age=31536000, immutable",
      vary: "Accept-Encoding",
    });
    const content = await plain.text();
    for (const [accepted, coding, unpack] of [
      ["gzip, deflate, br, zstd", "br", brotliDecompressSync],
      ["gzip, br;q=0", "gzip", gunzipSync],
    ] as const) {
      const answer = await new Promise<IncomingMessage>((resolve) => {
        request(server.url + file, { headers: { "accept-encoding": accepted } }, resolve).end();
      });
      expect(answer.headers["content-encoding"]).toBe(coding);
      expect(unpack(Buffer.concat(await answer.toArray())).toString()).toBe(content);
    }
  }
});

it("the licences, whose file name never changes, are revalidated on every visit", async () => {
  const { status, headers } = await ask("/assets/licences.txt");
  expect([status, headers["content-type"], headers["cache-control"]]).toEqual([
    200,
    "text/plain; charset=utf-8",
    "no-cache",
  ]);
  expect((await ask("/assets/manifest.json")).status).toBe(404);
});

it("a large page is sent in pieces, compressed if the browser accepts that, and has the same content", async () => {
  const accept = { accept: HTML };
  const plain = await ask("/projects/none", { headers: accept });
  expect(plain.headers).toMatchObject({ "transfer-encoding": "chunked", vary: "Accept-Encoding" });
  expect(plain.body).toMatch(/^<!doctype html>.*<\/html>\n$/s);
  const answer = await new Promise<IncomingMessage>((resolve) => {
    const headers = { ...accept, "accept-encoding": "gzip" };
    request(`${server.url}/projects/none`, { headers }, resolve).end();
  });
  expect(answer.headers["content-encoding"]).toBe("gzip");
  expect(gunzipSync(Buffer.concat(await answer.toArray())).toString()).toBe(plain.body);
  expect((await ask("/projects/none", { method: "HEAD", headers: accept })).status).toBe(404);
});

it("a page may be cached for the browser's back button, but an error may not", async () => {
  expect((await ask("/help")).headers["cache-control"]).toBe("private, no-cache");
  expect((await ask("/nothing", { headers: { accept: HTML } })).headers["cache-control"]).toBe("no-store");
});

describe("a failure is reported", () => {
  it("as a page where the browser accepts HTML, and otherwise in JSON", async () => {
    const page = await ask("/nothing", { headers: { accept: HTML } });
    expect([page.status, page.headers["content-type"]]).toEqual([404, "text/html; charset=utf-8"]);
    expect(page.body).toContain("<h1>Nothing is here</h1>");
    expect(page.body).toContain('href="/publish"');
    const data = await ask("/nothing", { headers: { accept: "*/*" } });
    expect([data.status, JSON.parse(data.body)]).toEqual([404, { detail: "there is nothing at this path" }]);
  });

  it("in JSON under /api/, whatever the browser accepts", async () => {
    const { status, headers, body } = await ask("/api/nothing", { headers: { accept: HTML } });
    expect([status, headers["content-type"]]).toEqual([404, "application/json"]);
    expect(JSON.parse(body)).toEqual({ detail: "there is nothing at this path" });
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS"])(
    "as a method that a page does not have: %s",
    async (method) => {
      const accept = { headers: { accept: HTML } };
      const page = await ask("/projects/try", { method, ...accept });
      expect([page.status, page.headers["content-type"], page.headers["allow"]]).toEqual([
        405,
        "text/html; charset=utf-8",
        "GET, HEAD",
      ]);
      expect(page.body).toContain("This path does not have this method.");
      const detail = { detail: "this path does not have this method" };
      for (const [path, options] of [
        ["/projects/try", {}],
        ["/api/light", accept],
      ] as const) {
        const { status, headers, body } = await ask(path, { method, ...options });
        expect([status, headers["allow"], JSON.parse(body)]).toEqual([405, "GET, HEAD", detail]);
      }
    },
  );

  it("as a bug, without a path or a stack, which only the log contains", async () => {
    trouble = new Error("a bug in /srv/app with hunter2");
    const page = await ask("/help", { headers: { accept: HTML } });
    const data = await ask("/api/light");
    trouble = null;
    expect([page.status, data.status]).toEqual([500, 500]);
    expect(page.body).toContain("This is a bug in pulse-ingest");
    expect(page.body + data.body).not.toMatch(/hunter2|\/srv| {4}at /);
    expect(events.filter(([event]) => event === "bug")).toEqual([
      ["bug", { what: "pages", path: "/help", error: expect.any(Error) }],
      ["bug", { what: "pages", path: "/api/light", error: expect.any(Error) }],
    ]);
  });

  it("as an unavailable database, with the next step", async () => {
    trouble = new Unavailable("store", "no route to db.internal");
    const { status, headers, body } = await ask("/help", { headers: { accept: HTML } });
    trouble = null;
    expect([status, headers["retry-after"]]).toEqual([503, "5"]);
    expect(body).toContain("The database cannot be reached.");
    expect(body).toContain("Try again in a few seconds.");
    expect(body).not.toContain("db.internal");
  });

  it("without hostile text of the address", async () => {
    const { body } = await ask("/%3Cscript%3Ealert(1)%3C/script%3E?a=<script>", {
      headers: { accept: HTML },
    });
    expect(body).not.toContain("alert(1)");
  });
});

it("a request for another host gets 403; a request for an address or this machine's name is answered", async () => {
  const status = async (host: string): Promise<number> => (await ask("/help", { headers: { host } })).status;
  expect(await status("evil.example")).toBe(403);
  expect(await status("evil.example:9180")).toBe(403);
  expect(await status("localhost:9180")).toBe(200);
  expect(await status("192.0.2.7")).toBe(200);
});

it("a query of more than 2 KiB is refused, and one of 2 KiB is not", async () => {
  const status = async (bytes: number): Promise<number> => (await ask(`/help?${"a".repeat(bytes)}`)).status;
  expect(await status(2048)).toBe(200);
  expect(await status(2049)).toBe(414);
});

it("data is refused to a page of another site, but a link from there to a page works", async () => {
  const headers = { "sec-fetch-site": "cross-site" };
  expect((await ask("/api/light", { headers })).status).toBe(403);
  expect((await ask("/%61pi/light", { headers })).status).toBe(403);
  expect((await ask("/help", { headers })).status).toBe(200);
});

it("a stream of events can be opened only by GET, because nothing would end the stream of a HEAD request", async () => {
  expect((await ask("/api/projects/try/events", { method: "HEAD" })).status).toBe(405);
});

it("the pages' JSON has no CORS headers and no slash at the end", async () => {
  const { status, headers } = await ask("/api/light", { headers: { origin: "https://elsewhere.example" } });
  expect(status).toBe(200);
  expect(Object.keys(headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
  expect((await ask("/api/light/")).status).toBe(404);
});
