import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { freePort } from "../../servers/free-port.ts";

jest.setTimeout(180_000);
const MAIN = fileURLToPath(new URL("../../../dist/main.js", import.meta.url));
/** The Linux device that behaves like a full disk. */
const FULL = "/dev/full";
const folder = mkdtempSync(join(tmpdir(), "broken-output-"));

(existsSync(FULL) ? describe : describe.skip)("an output on a full disk", () => {
  let full: number;
  beforeAll(() => {
    full = openSync(FULL, "w");
  });
  afterAll(() => {
    closeSync(full);
    rmSync(folder, { recursive: true });
  });

  function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    return spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, ...env },
      stdio: ["ignore", full, "pipe"],
    });
  }

  it("ends a command with one line that says so", async () => {
    const message = join(folder, "message.json");
    writeFileSync(message, "{}");
    const child = run(["validate", message]);
    let told = "";
    child.stderr?.on("data", (data) => {
      told += String(data);
    });
    const [code] = await once(child, "close");
    expect(told).toMatch(/^error: the output cannot be written: ENOSPC: [^\n]*\n$/);
    expect(code).toBe(1);
  });

  it("does not end a worker that logs to it", async () => {
    const registry = join(folder, "exchanges.yml");
    writeFileSync(registry, "exchanges:\n  - exchange: e\n    destinations: [d]\n    projects: ['#']\n");
    const port = await freePort();
    const worker = run(["start"], {
      ...{ AMQP_URL: `amqp://guest:guest@localhost:${await freePort()}`, REGISTRY_FILE: registry },
      ...{ DATA_DIR: folder, HTTP_PORT: String(port) },
    });
    const closed = once(worker, "close");
    while (!(await isAlive(port))) {
      expect(worker.exitCode).toBeNull();
      await wait(50);
    }
    worker.kill("SIGTERM");
    expect((await closed)[0]).toBe(0);
  });
});

async function isAlive(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/livez`).then(
    ({ ok }) => ok,
    () => false,
  );
}
