import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Store } from "../../../../src/store/ports/store.ts";
import { openSqliteStore } from "../../../../src/store/sqlite/sqlite-store.ts";
import { aMessage, limits, schemas } from "../../../examples.ts";
import { type PagesServer, startPagesServer } from "../../../web/pages-server.ts";

const folder = mkdtempSync(join(tmpdir(), "validate-routes-"));
const MAX = 20_000;
let store: Store;
let server: PagesServer;
beforeAll(async () => {
  store = await openSqliteStore(folder, 30);
  const acceptsProject = (exchange: string): boolean => {
    if (exchange === "e/slow") spend(5);
    return exchange !== "e/bad";
  };
  const rules = () => ({ ...limits, maxBodyBytes: MAX, schemas, tiers: new Map(), acceptsProject });
  server = await startPagesServer(store, { rules });
});
afterAll(async () => {
  await server.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Keeps the process busy for some milliseconds, so that simultaneous messages have to wait for each other. */
function spend(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const JSON_TYPE = "application/json; charset=utf-8";
const FORM_TYPE = "application/x-www-form-urlencoded";

async function post(body: string | Uint8Array<ArrayBuffer>, type = JSON_TYPE, query = "") {
  const answer = await fetch(`${server.url}/api/validate${query}`, {
    ...{ method: "POST", body },
    headers: { "content-type": type, accept: "text/html, */*" },
  });
  return { status: answer.status, type: answer.headers.get("content-type"), body: await answer.text() };
}

const good = JSON.stringify(aMessage());

it.each<[string, string | Uint8Array<ArrayBuffer>, string, object]>([
  ["a valid message", good, "", { exchange: null, accepted: 1, rejected: 0 }],
  ["a message of an exchange that may write to the project", good, "?exchange=e/good", { accepted: 1 }],
  ["a message of an exchange that may not", good, "?exchange=e/bad", { accepted: 0, rejected: 1 }],
  ["a text that is not JSON", "{no", "", { rejected: 1, items: [{ reason: "malformed-body" }] }],
  [
    "bytes that are not text",
    new Uint8Array([0xff, 0xfe]),
    "",
    { rejected: 1, items: [{ reason: "malformed-body" }] },
  ],
  ["nothing", "", "", { rejected: 1, items: [{ reason: "malformed-body" }] }],
])("%s gets the same verdict as from the worker", async (_what, body, query, view) => {
  const answer = await post(body, JSON_TYPE, query);
  expect([answer.status, answer.type]).toEqual([200, "application/json"]);
  expect(JSON.parse(answer.body)).toMatchObject(view);
  expect(await store.countDocuments()).toMatchObject({ jobs: 0, rejections: 0 });
});

it("a form is answered with a page that still contains the message, including its leading line feed", async () => {
  const message = `\n${JSON.stringify({ ...aMessage(), state: "done", taskId: "</textarea><b>x" })}`;
  const answer = await post(String(new URLSearchParams({ message, exchange: "" })), FORM_TYPE);
  expect([answer.status, answer.type]).toEqual([200, "text/html; charset=utf-8"]);
  expect(answer.body).toContain("0 accepted, 1 rejected");
  expect(answer.body).toContain("&lt;/textarea>");
  expect(answer.body).toMatch(/<textarea[^>]*>\n\n\{/);
});

it("only the first fields of a form with very many fields are read", async () => {
  const form = String(new URLSearchParams({ message: "late-message" }));
  expect((await post(`${"a&".repeat(9)}${form}`, FORM_TYPE)).body).toContain("late-message");
  expect((await post(`${"a&".repeat(10)}${form}`, FORM_TYPE)).body).not.toContain("late-message");
});

it("a message that is too long is refused, with the limit and what to do", async () => {
  const { status, body } = await post(`"${"x".repeat(MAX)}"`);
  expect(status).toBe(413);
  expect(JSON.parse(body)).toEqual({ detail: expect.stringContaining("longer than MAX_BODY_BYTES") });
  const long = await post(String(new URLSearchParams({ message: "é".repeat(MAX) })), FORM_TYPE);
  expect([long.status, long.type]).toEqual([413, "text/html; charset=utf-8"]);
  expect(long.body).toContain("longer than MAX_BODY_BYTES");
  // A shorter form is judged, because the message's length is only known when the form has been decoded.
  const form = await post(String(new URLSearchParams({ message: "x".repeat(MAX + 1) })), FORM_TYPE);
  expect(form.body).toContain("oversize-body");
});

it("of many messages at the same time, two are judged and ten wait; the others are told to try again", async () => {
  const jobs = JSON.stringify(Array.from({ length: 10 }, () => aMessage()));
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => post(jobs, JSON_TYPE, "?exchange=e/slow")),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(12);
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
});

it.each([
  ["a type that other sites may post without permission", "text/plain", 415],
  ["a file", "multipart/form-data; boundary=x", 415],
])("%s is refused", async (_what, type, status) => {
  expect((await post(good, type)).status).toBe(status);
});
