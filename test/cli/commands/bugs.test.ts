import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Bug } from "../../../src/domain/bug.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { aRestBug, type BugzillaServer, sendBugs, startBugzilla } from "../../doubles/bugzilla-server.ts";
import { type CliRun, runCli } from "../run-cli.ts";

jest.setTimeout(180_000);

let folder: string;
let server: BugzillaServer | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bugs-"));
});
afterEach(async () => {
  await server?.close();
  server = null;
  rmSync(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], input = ""): Promise<CliRun> =>
  runCli(["bugs", ...args], { DATA_DIR: folder, BUGZILLA_URL: "" }, input);

async function cachedBugs(): Promise<readonly Bug[]> {
  const store = await openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 30 });
  return store.readBugs(0, 10_000).finally(() => store.close());
}

const cachedIds = async (): Promise<number[]> => (await cachedBugs()).map(({ id }) => id);

const many = (count: number): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, nth) => aRestBug(nth + 1));

describe("bugs import", () => {
  it("keeps each field under its own name", async () => {
    const run1 = await run(["import", "-"], JSON.stringify({ bugs: [aRestBug(7)] }));
    expect(run1).toEqual({ code: 0, stdout: "Bugs imported: 1\n", stderr: "" });
    expect(await cachedBugs()).toEqual([
      {
        id: 7,
        summary: "Intermittent test_7.js | timed out",
        status: "NEW",
        resolution: "",
        os: "Linux",
        crash_signature: "[@ Foo::Bar]",
        keywords: "intermittent-failure,leave-open",
        modified: "2026-01-05T10:00:00.000Z",
      },
    ]);
  });

  it.each([
    ["Bugzilla's answer", JSON.stringify({ bugs: [aRestBug(2), aRestBug(1)] })],
    ["an array", JSON.stringify([aRestBug(2), aRestBug(1)], null, 2)],
    ["one bug per line", `${JSON.stringify(aRestBug(2))}\r\n\n${JSON.stringify(aRestBug(1))}`],
    ["the same bug twice", JSON.stringify([aRestBug(1), aRestBug(2), aRestBug(1)])],
  ])("accepts %s", async (_form, content) => {
    const file = join(folder, "bugs.json");
    writeFileSync(file, content);
    expect(await run(["import", file])).toMatchObject({ code: 0 });
    expect(await cachedIds()).toEqual([1, 2]);
  });

  it.each([
    ["on one line", JSON.stringify(aRestBug(3))],
    ["on several lines", JSON.stringify(aRestBug(3), null, 2)],
  ])("accepts a single bug %s", async (_form, content) => {
    expect(await run(["import", "-"], content)).toMatchObject({ code: 0 });
    expect(await cachedIds()).toEqual([3]);
  });

  it("explains what is wrong with a document that holds no bug", async () => {
    const { code, stderr } = await run(["import", "-"], '{\n  "error": true\n}');
    expect(code).toBe(1);
    expect(stderr).toContain("-: bug 0: id: must be the number of a bug\n");
  });

  it.each([
    ["a member that is missing", "{}", "id: must be the number of a bug\n"],
    ["a bare id", '{"id": 4}', null],
    ["another zone, which is ignored", '{"id": 4, "last_change_time": "2026-01-05T10:00:00+05:00"}', null],
    ["no date", '{"id": 4, "last_change_time": "yesterday"}', "last_change_time: must be a date-time"],
    ["keywords that are not a list", '{"id": 4, "keywords": 1}', "keywords: must be a list\n"],
    ["a number that is not whole", '{"id": 4.5}', "id: must be the number of a bug\n"],
    ["no object around it", "4", "it: must be an object\n"],
  ])("reads a bug with %s", async (_case, bug, wrong) => {
    const { code, stderr } = await run(["import", "-"], `[${bug}]`);
    expect(code).toBe(wrong === null ? 0 : 1);
    if (wrong !== null) expect(stderr).toContain(`bug 0: ${wrong}`);
    else expect((await cachedBugs())[0]?.modified ?? "").not.toContain("T05:00");
  });

  it("names every invalid entry by its index or line, and then imports nothing", async () => {
    await run(["import", "-"], JSON.stringify([aRestBug(1)]));
    const inArray = await run(["import", "-"], JSON.stringify([aRestBug(2), { id: "x" }, 5]));
    expect(inArray.code).toBe(1);
    expect(inArray.stderr).toMatch(/^-: bug 1: id: .*\n-: bug 2: .*\n/);
    const inLines = await run(["import", "-"], `${JSON.stringify(aRestBug(2))}\n\n{"id": 0}\n{"id": 3`);
    expect(inLines.code).toBe(1);
    expect(inLines.stderr).toMatch(/^-: line 3: id: .*\n-: line 4: /);
    expect(await cachedIds()).toEqual([1]);
  });

  it("reports a broken document only once", async () => {
    const { code, stderr } = await run(["import", "-"], '{"bugs": [\n{"id": 1},\n{"id": 2}\n');
    expect(code).toBe(2);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain("- is neither a JSON document nor one JSON bug per line");
  });

  it("names the first of many invalid entries, and their number", async () => {
    const { code, stderr } = await run(["import", "-"], JSON.stringify(Array(500).fill({ id: 0 })));
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(21);
    expect(stderr).toContain("500 invalid bugs (the first 20 are shown) in -; nothing was imported.");
  });

  it("does not empty the cache if the file is empty", async () => {
    await run(["import", "-"], JSON.stringify([aRestBug(1)]));
    for (const empty of ["", "[]", '{"bugs": []}']) {
      expect(await run(["import", "-"], empty)).toMatchObject({ code: 1 });
    }
    expect(await cachedIds()).toEqual([1]);
  });
});

describe("bugs sync", () => {
  it("names the option if the address comes from there, and the setting otherwise", async () => {
    const wrong = 'must be a URL that begins with http:// or https://; it is "foo"';
    const given = await run(["sync", "--url", "foo"]);
    expect(given).toMatchObject({ code: 2, stderr: expect.stringContaining(`error: --url: ${wrong}`) });
    const set = await runCli(["bugs", "sync"], { DATA_DIR: folder, BUGZILLA_URL: "foo" });
    expect(set).toMatchObject({ code: 2, stderr: expect.stringContaining(`error: BUGZILLA_URL: ${wrong}`) });
  });

  it("asks for pages of 500 until one is shorter, with our user agent", async () => {
    server = await startBugzilla(many(1203));
    const { code, stdout, stderr } = await run(["sync", "--url", server.url]);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `Bugs synced from ${server.url}: 1203\n`,
      stderr: "",
    });
    expect(server.requests.map(({ query }) => query.get("offset"))).toEqual(["0", "500", "1000"]);
    expect(Object.fromEntries(server.requests[0]?.query ?? [])).toEqual({
      keywords: "intermittent-failure",
      chfieldfrom: "-1y",
      include_fields: "id,summary,status,resolution,op_sys,cf_crash_signature,keywords,last_change_time",
      offset: "0",
      limit: "500",
    });
    expect(server.requests[0]?.headers).toMatchObject({
      accept: "application/json",
      "user-agent": expect.stringMatching(/^pulse-ingest\/\d/),
    });
    expect(await cachedIds()).toHaveLength(1203);
  });

  it("asks again after a full page, and removes bugs that are gone", async () => {
    await run(["import", "-"], JSON.stringify([aRestBug(9999)]));
    server = await startBugzilla(many(500));
    expect(await run(["sync", "--url", server.url])).toMatchObject({ code: 0 });
    expect(server.requests).toHaveLength(2);
    expect(await cachedIds()).toEqual(many(500).map(({ id }) => id));
  });

  it.each<[string, Parameters<typeof startBugzilla>[1], string]>([
    ["an error", (response) => response.writeHead(503).end(), "HTTP 503"],
    ["text that is not JSON", (response) => response.end("<html>"), "JSON"],
    ["an invalid bug", (response) => sendBugs(response, [{ id: null }]), "bug 1000: id"],
    [
      "an error with status 200",
      (response) => response.end('{"error": true, "code": 100500, "message": "The database is read-only."}'),
      "The database is read-only.",
    ],
    ["a broken connection", (response) => response.destroy(), "bugs from 1000 on"],
    [
      "the first page again",
      (response) => sendBugs(response, many(500)),
      "the server returned the same bugs again",
    ],
  ])("keeps the old bugs when page 3 is %s, and says why", async (_case, onPage3, why) => {
    await run(["import", "-"], JSON.stringify([aRestBug(9999)]));
    server = await startBugzilla([], (response, offset, limit) => {
      if (offset === 1000) onPage3?.(response, offset, limit);
      else sendBugs(response, many(1500).slice(offset, offset + limit));
    });
    const { code, stdout, stderr } = await run(["sync", "--url", server.url]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(why);
    expect(await cachedIds()).toEqual([9999]);
  });

  it.each(["yesterday", "2026-02-30 25:00:00", 17])(
    "keeps a bug whose time is %j without its time, and names it",
    async (last_change_time) => {
      server = await startBugzilla([aRestBug(1), aRestBug(2, { last_change_time }), aRestBug(3)]);
      const { code, stdout, stderr } = await run(["sync", "--url", server.url]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: `Bugs synced from ${server.url}: 3\n` });
      expect(stderr).toMatch(/^warning: .* 1 bug, .*: 2\n$/);
      const modified = "2026-01-05T10:00:00.000Z";
      expect((await cachedBugs()).map((bug) => bug.modified)).toEqual([modified, null, modified]);
    },
  );

  it("keeps the old bugs if no time can be read", async () => {
    await run(["import", "-"], JSON.stringify([aRestBug(9999)]));
    server = await startBugzilla([2, 1].map((id) => aRestBug(id, { last_change_time: "05.01.2026" })));
    const { code, stderr } = await run(["sync", "--url", server.url]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'bug number 1: last_change_time: must be a date-time, not "05.01.2026"; nothing was changed',
    );
    expect(await cachedIds()).toEqual([9999]);
  });

  it("keeps the old bugs if the answer is empty or not a list", async () => {
    await run(["import", "-"], JSON.stringify([aRestBug(9999)]));
    for (const answer of ["{}", '{"bugs": []}']) {
      server = await startBugzilla([], (response) => response.end(answer));
      expect(await run(["sync", "--url", server.url])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("nothing was changed"),
      });
      await server.close();
    }
    expect(await cachedIds()).toEqual([9999]);
  });
});
