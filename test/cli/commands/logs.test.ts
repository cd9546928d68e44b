import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import {
  answer,
  type Behaviour,
  endless,
  type LogHost,
  redirect,
  startLogHost,
} from "../../doubles/log-host.ts";
import { aClaim, anArrival } from "../../examples.ts";
import { type CliRun, runCli } from "../run-cli.ts";

jest.setTimeout(180_000);

let folder: string;
let host: LogHost | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "logs-"));
});
afterEach(async () => {
  await host?.close();
  host = null;
  rmSync(folder, { recursive: true, force: true });
});

async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  input: string | Buffer = "",
): Promise<CliRun> {
  return runCli(args, { DATA_DIR: join(folder, "data"), ...env }, input);
}

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({
    mongodbUrl: null,
    dataDir: join(folder, "data"),
    rejectionTtlDays: 30,
  });
  return work(store).finally(() => store.close());
}

const reference = fileURLToPath(new URL("../../../../shared/reference/logs", import.meta.url));
const names = existsSync(reference)
  ? readdirSync(reference)
      .filter((file) => file.endsWith(".txt.gz"))
      .map((file) => file.slice(0, -".txt.gz".length))
  : [];
if (names.length === 0) console.warn(`LEFT OUT: no real logs to compare with in ${reference}`);

const log = "fatal error: boom\nTEST-UNEXPECTED-FAIL | a/test_foo.js | x\nTinderboxPrint: built: yes\n";

describe("parse-log", () => {
  if (names.length === 0) it.todo("needs the reference logs");
  // All of them are parsed in test/logs/parse/reference-logs.test.ts.
  for (const name of names.slice(0, 3)) {
    it(`prints the expected result for ${name}`, async () => {
      const file = join(reference, `${name}.txt.gz`);
      const { code, stdout } = await run(["parse-log", file]);
      expect(code).toBe(0);
      const expected = readFileSync(join(reference, `${name}.expected.json`), "utf8");
      const ours: unknown = JSON.parse(stdout, (key, value: unknown) => {
        if (key === "logurl") expect(value).toBe(file);
        return value;
      });
      expect(withLogUrl(ours, "?")).toEqual(withLogUrl(JSON.parse(expected), "?"));
    });
  }

  it("gives the same result for a file, standard input and a URL, gzipped or plain", async () => {
    host = await startLogHost({ "/gzip": answer(gzipSync(log)), "/moved": redirect("/gzip") });
    const plain = join(folder, "log.txt");
    writeFileSync(plain, log);
    const runs = [
      [plain, await run(["parse-log", plain])],
      ["-", await run(["parse-log", "-"], {}, log)],
      ["-", await run(["parse-log", "-"], {}, gzipSync(log))],
      [`${host.url}/gzip`, await run(["parse-log", `${host.url}/gzip`], { LOG_ALLOW_PRIVATE: "true" })],
      [`${host.url}/moved`, await run(["parse-log", `${host.url}/moved`], { LOG_ALLOW_PRIVATE: "true" })],
    ] as const;
    for (const [logurl, { code, stdout, stderr }] of runs) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const artifacts: unknown = JSON.parse(stdout);
      expect(artifacts).toMatchObject({ text_log_summary: { logurl }, "Job Info": { logurl } });
      expect(withLogUrl(artifacts, "?")).toEqual(withLogUrl(JSON.parse(runs[0][1].stdout), "?"));
    }
  });

  it("creates no store, and suggests bugs from an existing one", async () => {
    const before = await run(["parse-log", "-"], {}, log);
    expect(suggestedIds(before)).toEqual([[], []]);
    expect(readdirSync(folder)).toEqual([]);
    const bug = { id: 17, summary: "Intermittent test_foo.js", last_change_time: new Date().toISOString() };
    await run(["bugs", "import", "-"], {}, JSON.stringify([bug]));
    expect(suggestedIds(await run(["parse-log", "-"], {}, log))).toEqual([[], [17]]);
  });

  it.each<[string, Behaviour, NodeJS.ProcessEnv, string]>([
    ["that is gone", answer("", "404 Not Found"), {}, "http-status: HTTP 404"],
    ["on a private address", answer(log), { LOG_ALLOW_PRIVATE: "" }, "refused-address: "],
    ["on a port that is not allowed", answer(log), { LOG_PORTS: "443, 8000-8001" }, "refused-port: "],
    ["on a host that is not allowed", answer(log), { LOG_HOSTS: "a.example, *.b.example" }, "refused-host: "],
    ["that never ends", endless(Buffer.from("x\n"), 20), { LOG_TIMEOUT_MS: "600" }, "timeout: "],
    ["that is too long", endless(Buffer.alloc(5000, "x\n")), { LOG_MAX_BYTES: "20000" }, "too-large: "],
    [
      "that inflates too far",
      answer(log.repeat(99)),
      { LOG_MAX_INFLATED_BYTES: "1024" },
      "inflates-too-far: ",
    ],
    ["of too many lines", answer(log), { LOG_MAX_LINES: "2" }, "too-many-lines: "],
    ["of too many errors", answer(log.repeat(99)), { ARTIFACT_MAX_BYTES: "1024" }, "artifact-too-large: "],
    ["that redirects too often", redirect("/log"), { LOG_MAX_REDIRECTS: "1" }, "too-many-redirects: "],
    [
      "that is a decompression bomb",
      answer(gzipSync(Buffer.alloc(70_000_000))),
      { LOG_MAX_RATIO: "50" },
      "ratio-too-high: ",
    ],
  ])("ends with code 1 and the reason for a URL %s", async (_case, behaviour, env, reason) => {
    host = await startLogHost({ "/log": behaviour });
    const url = `${host.url}/log`;
    const { code, stdout, stderr } = await run(["parse-log", url], { LOG_ALLOW_PRIVATE: "true", ...env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`error: ${url}: ${reason}`);
  });

  it("prints performance data as in the log, and says what the worker would not store", async () => {
    const { code, stdout, stderr } = await run(["parse-log", "-"], {}, 'PERFHERDER_DATA: {"a": 1}\n');
    expect(JSON.parse(stdout)).toMatchObject({ performance_data: { performance_data: [{ a: 1 }] } });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "warning: performance data 1 is not stored: it must have required property 'framework'\n",
    });
  });

  it("keeps the valid parts of an item with NaN, and every number as it is written", async () => {
    const subtests = '{"name":"a","value":NaN},{"name":"b","value":9007199254740993,"replicates":[1e400]}';
    const item = `{"framework":{"name":"t"},"suites":[{"name":"s","subtests":[${subtests}]}]}`;
    const { code, stdout, stderr } = await run(["parse-log", "-"], {}, `PERFHERDER_DATA: ${item}\n`);
    expect(JSON.parse(stdout)).toMatchObject({
      performance_data: { performance_data: [{ suites: [{ subtests: [{ name: "b" }] }] }] },
    });
    expect(stdout).toContain('"value": 9007199254740993,');
    expect(stdout).toContain("1e400");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        "warning: performance data 1: /suites/0/subtests/0/value is NaN: it is left out with the suite or subtest that needs it\n",
    });
  });

  it("names the limit that a line of performance data exceeds", async () => {
    const line = `PERFHERDER_DATA: {"a": [${"1,".repeat(2000)}1]}\n`;
    expect(await run(["parse-log", "-"], { LOG_MAX_LINE_BYTES: "1000" }, line)).toMatchObject({
      code: 0,
      stderr: "warning: lines with performance data that are longer than LOG_MAX_LINE_BYTES: 1\n",
    });
  });

  it("reads a file that is compressed twice, and refuses what is not text", async () => {
    const twice = await run(["parse-log", "-"], {}, gzipSync(gzipSync(log)));
    expect(twice).toEqual(await run(["parse-log", "-"], {}, log));
    expect(await run(["parse-log", "-"], {}, brotliCompressSync(log.repeat(20)))).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("error: -: foreign-compression: the log is brotli data"),
    });
    expect(await run(["parse-log", "-"], {}, randomBytes(5000))).toMatchObject({
      code: 1,
      stdout: "",
      stderr: "error: -: not-text: the log is not text\n",
    });
  });

  it("reports that a log has an unknown compression", async () => {
    const xz = Buffer.from("\xfd7zXZ\0\0\x04\xe6\xd6", "latin1");
    expect(await run(["parse-log", "-"], {}, xz)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        "error: -: foreign-compression: the log is xz data, which cannot be decompressed here",
      ),
    });
  });

  it("never prints the password of a URL", async () => {
    const { code, stderr } = await run(["parse-log", "http://me:geheim@127.0.0.1:8001/log"]);
    expect(code).toBe(1);
    expect(stderr).toContain("error: http://me:***@127.0.0.1:8001/log: refused-address: ");
    expect(stderr).toContain("LOG_ALLOW_PRIVATE=true");
  });

  it("fetches only http and https", async () => {
    for (const url of ["file:///etc/passwd", "ftp://example.org/log"]) {
      expect(await run(["parse-log", url])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("refused-scheme"),
      });
    }
  });

  it("reports which file it cannot read", async () => {
    for (const [file, why] of [
      [join(folder, "nowhere"), "(ENOENT): there is no such file"],
      [folder, "(EISDIR): it is a folder, not a file"],
    ]) {
      expect(await run(["parse-log", String(file)])).toMatchObject({
        code: 2,
        stderr: `error: ${file} cannot be read ${why}\n`,
      });
    }
  });

  it("reports the reason for corrupt gzip", async () => {
    const corrupt = gzipSync(log.repeat(100)).fill(0xff, 10, 20);
    expect(() => gunzipSync(corrupt)).toThrow();
    expect(await run(["parse-log", "-"], {}, corrupt)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("corrupt-gzip"),
    });
  });
});

describe("logs", () => {
  const logOf = (job: string) => ({ taskId: job, logs: [{ name: "buildbot_text", url: `http://h/${job}` }] });

  /** Stores four jobs with one log each: permanently failed, read, to be retried, and waiting. */
  beforeEach(async () => {
    await withStore(async (store) => {
      const jobs = ["gone/0", "read/0", "again/0"].map((job) => anArrival(logOf(job)));
      await store.storeSubmissions(jobs);
      const claim = aClaim({ limit: 9 });
      for (const item of await store.claimWork(claim)) {
        const reason = "http-status: HTTP 404 from h";
        if (item.job_guid === "gone/0") {
          await store.failWork(item, { reason, next_attempt_at: null, marksFailed: true });
        } else if (item.job_guid === "read/0") await store.finishWork(item, []);
        else {
          const next_attempt_at = "2126-01-01T00:00:00.000Z";
          await store.failWork(item, { reason: "timeout: late", next_attempt_at, marksFailed: true });
        }
      }
      const other = { kind: "hg.mozilla.org", project: "autoland", revision: "b".repeat(40) };
      await store.storeSubmissions([anArrival({ ...logOf("waiting/0"), origin: other })]);
    });
  });

  async function jobs(...filters: readonly string[]): Promise<string[]> {
    const { code, stdout } = await run(["logs", "list", "--json", ...filters]);
    expect(code).toBe(0);
    const lines = stdout.split("\n").filter((line) => line !== "");
    return lines.map((line): string => JSON.parse(line).job_guid).toSorted();
  }

  it("are listed with the reason of every failure", async () => {
    const { code, stdout } = await run(["logs", "list"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^failed +1 .* try +gone\/0 .*http-status: HTTP 404 from h$/m);
    expect(stdout).toMatch(/^failed +1 .* 2126-01-01T00:00:00.000Z +try +again\/0 .*timeout: late$/m);
    expect(stdout).toMatch(/^parsed .* read\/0 .* -$/m);
    expect(stdout).toMatch(/^pending +0 .* autoland +waiting\/0 .* -$/m);
  });

  it("are filtered by project, job, status and time, and limited", async () => {
    expect(await jobs()).toEqual(["again/0", "gone/0", "read/0", "waiting/0"]);
    expect(await jobs("--project", "autoland")).toEqual(["waiting/0"]);
    expect(await jobs("--job", "gone/0")).toEqual(["gone/0"]);
    expect(await jobs("--status", "failed")).toEqual(["again/0", "gone/0"]);
    // The waiting log has not changed since its message arrived, long ago.
    expect(await jobs("--since", "1h")).toEqual(["again/0", "gone/0", "read/0"]);
    expect(await jobs("--since", "2126-01-01")).toEqual([]);
    expect(await jobs("--limit", "2")).toHaveLength(2);
    expect(await run(["logs", "list", "--project", "nobody"])).toMatchObject({
      code: 0,
      stdout: "No matching logs.\n",
    });
  });

  it("are scheduled to be read again, and the command says how many", async () => {
    const { code, stdout } = await run(["logs", "reparse", "--status", "failed"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "2 logs will be read again\n" });
    expect(await jobs("--status", "pending")).toEqual(["again/0", "gone/0", "waiting/0"]);
    const claim = aClaim({ limit: 9 });
    const due = await withStore((store) => store.claimWork(claim));
    expect(due.map(({ job_guid, attempts }) => [job_guid, attempts]).toSorted()).toEqual([
      ["again/0", 0],
      ["gone/0", 0],
      ["waiting/0", 0],
    ]);
  });

  it("are not all scheduled again by mistake", async () => {
    expect(await run(["logs", "reparse"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--all"),
    });
    expect(await run(["logs", "reparse", "--limit", "5"])).toMatchObject({ code: 2 });
    expect(await run(["logs", "reparse", "--all"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^4 /),
    });
  });

  it.each([
    ["--status", "lost"],
    ["--since", "soon"],
    ["--limit", "none"],
    ["--limit", "0"],
  ])("%s %s is reported as invalid", async (flag, value) => {
    expect(await run(["logs", "list", flag, value])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${flag} must be `),
    });
  });

  it.each([
    ["list", []],
    ["reparse", ["--all"]],
  ])("says in %s where it looked when there is no store, and creates none", async (command, flags) => {
    const DATA_DIR = join(folder, "nowhere");
    expect(await run(["logs", command, ...flags], { DATA_DIR })).toEqual({
      code: 2,
      stdout: "",
      stderr: `error: there is no store in ${DATA_DIR}; see DATA_DIR and MONGODB_URL\n`,
    });
    expect(existsSync(DATA_DIR)).toBe(false);
  });
});

function suggestedIds({ stdout }: CliRun): number[][] {
  const blob: { bugs: { open_recent: { id: number }[] } }[] = JSON.parse(stdout)["Bug suggestions"];
  return blob.map(({ bugs }) => bugs.open_recent.map(({ id }) => id));
}

/** Replaces `logurl` in the artifacts. */
function withLogUrl(artifacts: unknown, logurl: string): unknown {
  return JSON.parse(JSON.stringify(artifacts), (key, value: unknown) => (key === "logurl" ? logurl : value));
}
