import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { LEASE } from "../../../src/retention/run-expiry.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { anArrival, REVISION } from "../../examples.ts";
import { type CliRun, runCli } from "../run-cli.ts";

jest.setTimeout(180_000);

let folder: string;
const now = Date.now();
const daysAgo = (days: number): string => new Date(now - days * 86_400_000).toISOString();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "expire-"));
  writeFileSync(
    join(folder, "exchanges.yml"),
    "exchanges:\n  - exchange: e\n    destinations: [a]\n    projects: [x]\nretain: {'rel*': 0}\n",
  );
  const store = await openSqliteStore(folder, 30);
  const logs = [{ name: "a log", url: "http://logs/1" }];
  for (const project of ["release", "try"]) {
    const origin = { kind: "hg.mozilla.org", project, revision: REVISION };
    await store.storeSubmissions([
      { ...anArrival({ taskId: `${project}-old/0`, origin, logs }), received_at: daysAgo(40) },
      { ...anArrival({ taskId: `${project}-new/0`, origin }), received_at: daysAgo(10) },
    ]);
  }
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliRun> {
  const own = { DATA_DIR: folder, REGISTRY_FILE: join(folder, "exchanges.yml"), RETAIN_DAYS: "30" };
  return runCli(args, { ...own, ...env });
}

it("counts what would be removed, without changing anything", async () => {
  const { code, stdout } = await run(["expire", "--dry-run"]);
  expect(code).toBe(0);
  expect(stdout.split("\n").map((line) => line.trimEnd())).toEqual([
    "This would be removed:",
    "project  kept for  jobs  artifacts  logs  pushes  oldest that stays",
    "release  ever      -     -          -     -       -",
    `try      30 days   1     0          1     0       ${daysAgo(10)}`,
    "besides: nothing",
    "",
  ]);
  const json = await run(["expire", "--dry-run", "--json", "--project", "try"]);
  expect(JSON.parse(json.stdout)).toEqual({
    projects: [
      {
        project: "try",
        retain_days: 30,
        jobs: 1,
        artifacts: 0,
        logs: 1,
        pushes: 0,
        oldest_kept: daysAgo(10),
      },
    ],
    ...{ rejections: null, nonces: null, segments: null },
  });
});

it("says which process is already removing jobs", async () => {
  const store = await openSqliteStore(folder, 30);
  await store.takeLease(LEASE, "worker on host-1", 60_000);
  const { code, stderr } = await run(["expire"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error: worker on host-1 is removing old data already \(until .*; nothing was done/,
  );
  await store.releaseLease(LEASE, "worker on host-1");
  await store.close();
});

it.each<[string[], RegExp, NodeJS.ProcessEnv?]>([
  [["expire", "--project", "nobody"], /^error: --project: the store has no project "nobody"/],
  [["expire"], /RETAIN_DAYS: must be a number from 0 to 36500/, { RETAIN_DAYS: "-1" }],
])("%j is refused with the reason", async (args, words, env = {}) => {
  const { code, stderr } = await run(args, env);
  expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
});

it("removes what is too old, and says what it removed", async () => {
  expect(await run(["expire"])).toMatchObject({ code: 0, stdout: "Removed: 1 job, 1 log\n" });
  const { code, stdout } = await run(["expire", "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    complete: true,
    removed: { jobs: 0, pushes: 0 },
    freed_bytes: 0,
  });
  const store = await openSqliteStore(folder, 30);
  const guids = ["release-old/0", "release-new/0", "try-old/0", "try-new/0"];
  const found = await Promise.all(guids.map((guid) => store.findJobsByGuid(guid)));
  expect(found.map(({ length }) => length)).toEqual([1, 1, 0, 1]);
  await store.close();
});
