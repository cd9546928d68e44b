import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import stringWidth from "string-width";
import { openStore } from "../../src/store/open-store.ts";
import { aClaim, aMessage, anArrival, aRejection } from "../examples.ts";
import { type CliRun, runCli } from "./run-cli.ts";

jest.setTimeout(180_000);

/** A C1 colour sequence, DEL, a direction override, a zero-width space, a tag beyond the basic plane, a bell, a soft hyphen. */
const HOSTILE = "\u009b31m\u007f\u202e\u200b\u{e0041}\u0007\u00ad\u2028";
const ESCAPED = "\\u009b31m\\u007f\\u202e\\u200b\\udb40\\udc41\\u0007\\u00ad\\u2028";
const hostile = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const src = fileURLToPath(new URL("../../src/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "hostile-"));
const env = { DATA_DIR: join(folder, "data"), AMQP_URL: "", AMQP_URL_FILE: "" };
const message = (taskId: string) => ({
  ...aMessage({ taskId }),
  owner: `o${HOSTILE}`,
  display: { jobName: `n${HOSTILE}`, jobSymbol: "s", groupSymbol: "?", groupName: `g${HOSTILE}` },
});
const secretUrl = `http://user:hunter2@logs.example/${HOSTILE}?access_token=hunter2`;
const long = (letter: string) => letter.repeat(200);
let rejectionId = "";

beforeAll(async () => {
  const store = await openStore({ mongodbUrl: null, dataDir: env.DATA_DIR, rejectionTtlDays: 30 });
  const logs = [{ name: "buildbot_text", url: secretUrl }];
  await store.storeSubmissions([anArrival({ ...message("task/0"), logs })]);
  const [item] = await store.claimWork(aClaim({ limit: 1 }));
  if (item === undefined) throw new Error("there is no log to fail");
  const reason = `http-error: at ${secretUrl}`;
  await store.failWork(item, { reason, marksFailed: true, next_attempt_at: null });
  const given = { project: `p${HOSTILE}`, task_id: `task${HOSTILE}`, exchange: `e${HOSTILE}` };
  await store.recordRejections([
    aRejection(HOSTILE, { ...given, routing_key: `k${HOSTILE}` }),
    aRejection("wide", {
      project: long("p"),
      task_id: long("漢"),
      exchange: long("e"),
      routing_key: long("k"),
    }),
  ]);
  rejectionId = (await store.listRejections({ exchange: given.exchange, limit: 1 }))[0]?.id ?? "";
  await store.close();
  writeFileSync(join(folder, "job.json"), JSON.stringify([message("task/1"), { state: HOSTILE }]));
  writeFileSync(join(folder, "log"), `fatal error: ${HOSTILE} TEST-UNEXPECTED-FAIL | a | ${HOSTILE}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rows: readonly (readonly string[])[] = [
  ["validate", "job.json"],
  ["validate", "job.json", "--json"],
  ["normalise", "job.json"],
  ["explain", "task"],
  ["explain", "task", "--json"],
  ["explain", `task${HOSTILE}`],
  ["rejections", "list"],
  ["rejections", "list", "--json"],
  ["rejections", "list", "--counts"],
  ["rejections", "list", "--counts", "--json"],
  ["rejections", "show", "ID"],
  ["rejections", "show", "ID", "--json"],
  ["rejections", "export"],
  ["logs", "list"],
  ["logs", "list", "--json"],
  ["parse-log", "log"],
  ["check", "--json"],
  [HOSTILE],
];
const runs = new Map<string, Promise<CliRun>>();
/** Runs each command line only once, because its output never changes. */
const run = (args: readonly string[]): Promise<CliRun> => {
  const line = args.join(" ");
  const given = args.map((arg) =>
    arg === "ID" ? rejectionId : /^(job\.json|log)$/.test(arg) ? join(folder, arg) : arg,
  );
  const known = runs.get(line) ?? runCli(given, env);
  runs.set(line, known);
  return known;
};

it.each(rows.map((args) => [args.join(" ").replace(HOSTILE, "?"), args] as const))(
  "%s prints nothing that a terminal acts on, and no password",
  async (_name, args) => {
    const { stdout, stderr } = await run(args);
    const said = stdout + stderr;
    expect(said).not.toMatch(hostile);
    expect(said).not.toContain("hunter2");
    if (!args.includes("check") && args[2] !== "export") expect(said).toContain("\\u009b31m\\u007f");
  },
);

it("JSON keeps its value: parsing it gives back every character", async () => {
  const posted = await run(["normalise", "job.json"]);
  expect(posted.stdout).toContain(ESCAPED);
  expect(JSON.parse(posted.stdout)).toMatchObject([{ job: { name: `n${HOSTILE}` } }]);
  const listed = await run(["rejections", "list", "--json"]);
  const lines = listed.stdout.trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line)).map(({ project }) => project)).toContain(`p${HOSTILE}`);
  const exported = await run(["rejections", "export"]);
  const texts = exported.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  expect(texts).toContain(HOSTILE);
  expect(JSON.parse((await run(["explain", "task", "--json"])).stdout)).toMatchObject({
    jobs: [{ logs: [{ url: `http://user:***@logs.example/${HOSTILE}?access_token=***` }] }],
  });
});

it("untrusted text does not widen a table", async () => {
  const { stdout } = await run(["rejections", "list"]);
  const wide = stdout.split("\n").find((line) => line.includes("pppp")) ?? "";
  expect(wide).toContain(`${"p".repeat(63)}…`);
  // Each of these characters takes two columns.
  expect(wide).toContain(`  ${"漢".repeat(31)}…`);
  const [heading = ""] = stdout.split("\n");
  expect(stringWidth(wide.slice(0, wide.indexOf("eeee")))).toBe(heading.indexOf("exchange"));
  expect(stringWidth(wide)).toBeLessThan(450);
});

it("nothing but the printer, the progress line and the log writes to standard output or error", () => {
  const writers = readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .filter((name) =>
      /process\.(stdout|stderr)\b(?!\.o(n|ff)\()|console\.|transports\.Console/.test(
        readFileSync(src + name, "utf8"),
      ),
    );
  // `main.ts` only listens for errors of both streams.
  expect(writers.toSorted()).toEqual(["cli/output/print.ts", "cli/output/progress.ts", "log.ts", "main.ts"]);
});
