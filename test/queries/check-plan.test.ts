import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { openStore } from "../../src/store/open-store.ts";
import { runCli } from "../cli/run-cli.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plan-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs `check --plan` on a registry with these keys. Nothing listens on the broker's address. */
function plan(keys: string, ...flags: string[]) {
  const path = join(folder, "exchanges.yml");
  writeFileSync(path, `exchanges:\n  - exchange: e/jobs\n    destinations: [t]\n    projects: [${keys}]\n`);
  return runCli(["check", "--plan", ...flags], {
    AMQP_URL: "amqp://me:geheim@127.0.0.1:1",
    AMQP_URL_FILE: "",
    REGISTRY_FILE: path,
    TIERS_FILE: join(folder, "tiers.yml"),
    DATA_DIR: join(folder, "data"),
  });
}

/** Records bindings as workers do. */
async function bound(...keys: string[]): Promise<void> {
  const store = await openStore({ mongodbUrl: null, dataDir: join(folder, "data"), rejectionTtlDays: 30 });
  const claim = { by: "a worker that runs", at: new Date().toISOString() };
  const bindings = keys.map((key) => ({ exchange: "e/jobs", routing_key: `t.${key}` }));
  await store.noteBindings("queue/me/jobs", bindings, claim);
  await store.close();
}

describe("check --plan", () => {
  it("shows what a worker would bind, unbind and keep, and the source of that knowledge", async () => {
    await bound("a", "b");
    const { code, stdout } = await plan("b, c");
    expect(code).toBe(0);
    expect(stdout).toContain(
      `queue/me/jobs: compared with the bindings that workers recorded in sqlite (${join(folder, "data", "pulse-ingest.db")}); the broker was not asked

+ bind    e/jobs  t.c
- unbind  e/jobs  t.a

to bind 1, to unbind 1, unchanged 1
`,
    );
    expect(stdout).not.toContain("geheim");
  });

  it("says if a worker would refuse, also with its exit code", async () => {
    await bound("a", "b", "c", "d");
    const { code, stdout } = await plan("x");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^refused: .*PRUNE_FORCE=true$/m);
  });

  it("shows everything as new before any worker has run, and creates no store", async () => {
    const { code, stdout } = await plan("a");
    expect(code).toBe(0);
    expect(stdout).toMatch(/there is no store yet.*\n\n\+ bind +e\/jobs +t\.a\n\nto bind 1, /);
    expect(existsSync(join(folder, "data"))).toBe(false);
  });

  it("prints one JSON object with --json", async () => {
    await bound("a");
    const { code, stdout } = await plan("a, b", "--json");
    expect(code).toBe(0);
    const view = JSON.parse(stdout);
    const binding = (key: string) => ({ exchange: "e/jobs", routing_key: `t.${key}` });
    expect(view).toMatchObject({
      bindings: [binding("a"), binding("b")],
      exchanges: null,
      plan: {
        queue: "queue/me/jobs",
        bind: [binding("b")],
        unbind: [],
        unchanged: [binding("a")],
        refused: false,
      },
    });
    expect(view.settings).toContainEqual({
      name: "AMQP_URL",
      value: "amqp://me:***@127.0.0.1:1",
      from: "environment",
    });
  });
});
