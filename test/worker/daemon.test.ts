import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import Database from "libsql";
import { readSettings } from "../../src/config/read-settings.ts";
import { type Settings, settingNames } from "../../src/config/settings.ts";
import { Misuse } from "../../src/domain/faults.ts";
import { runDaemon } from "../../src/worker/daemon.ts";
import { until } from "../until.ts";

jest.setTimeout(180_000);
const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

let folder: string;
let env: NodeJS.ProcessEnv;
let told: (object & { readonly event: string })[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "daemon-"));
  const entry = { exchange: "exchange/publisher/jobs", destinations: ["#"], projects: ["#"] };
  writeFileSync(join(folder, "exchanges.yml"), JSON.stringify({ exchanges: [entry] }));
  told = [];
  env = {
    AMQP_URL: "amqp://guest:guest@127.0.0.1:1",
    HTTP_PORT: "0",
    PUBLIC_PORT: "0",
    DATA_DIR: folder,
    REGISTRY_FILE: join(folder, "exchanges.yml"),
    TIERS_FILE: join(folder, "tiers.yml"),
  };
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function run(settings: Settings, stop = new AbortController()): Promise<void> {
  const tell = (event: string, fields = {}) => void told.push({ event, ...fields });
  const log = { error: tell, warn: tell, info: tell, debug: tell };
  return runDaemon(settings, log, stop.signal, () => undefined);
}

const eventsOf = (): string[] => told.map(({ event }) => event);

/** The worker no longer answers over HTTP. */
async function expectHttpClosed(): Promise<void> {
  const listening = told.find(({ event }) => event === "http_listening");
  expect(listening).toMatchObject({ url: expect.any(String) });
  const { url } = listening as unknown as { url: string };
  await expect(fetch(`${url}/livez`)).rejects.toThrow("fetch failed");
}

it("closes what it has opened if the spool cannot be opened", async () => {
  const place = { MONGODB_URL: "mongodb://127.0.0.1:1/x", DATA_DIR: "/proc/none" };
  await expect(run(readSettings({ ...env, ...place }, settingNames))).rejects.toThrow(Misuse);
  await expectHttpClosed();
});

it("closes the store if a later part cannot be opened", async () => {
  const close = jest.spyOn(Database.prototype, "close");
  const settings = readSettings(env, settingNames);
  // Simulates a bug: all later parts read settings, too.
  Object.defineProperty(settings, "QUEUE_NAME", {
    get() {
      throw new Error("a later part");
    },
  });
  await expect(run(settings)).rejects.toThrow("a later part");
  expect(close).toHaveBeenCalled();
  expect(eventsOf()).not.toContain("stopped");
  expect(eventsOf()).not.toContain("bug");
  await expectHttpClosed();
});

it("closes everything when it is asked to stop", async () => {
  const close = jest.spyOn(Database.prototype, "close");
  const stop = new AbortController();
  const running = run(readSettings({ ...env, LOG_THREADS: "0" }, settingNames), stop);
  await until(() => eventsOf().includes("started"));
  stop.abort();
  await running;
  expect(close).toHaveBeenCalled();
  expect(eventsOf()).toContain("stopping");
  expect(eventsOf().at(-1)).toBe("stopped");
  await expectHttpClosed();
});

it("ends with exit code 2 if its HTTP port is taken, and leaves no process behind", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const child = spawn(process.execPath, [main, "start"], {
    env: { ...process.env, ...env, HTTP_HOST: "127.0.0.1", HTTP_PORT: String(port) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  const [code] = await once(child, "close");
  other.close();
  expect(errors).toContain(`cannot listen on 127.0.0.1:${port}`);
  expect(code).toBe(2);
});
