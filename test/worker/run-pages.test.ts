import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { readSettings } from "../../src/config/read-settings.ts";
import { settingNames } from "../../src/config/settings.ts";
import { Misuse } from "../../src/domain/faults.ts";
import type { Log, LogFields } from "../../src/log.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { runPages } from "../../src/worker/run-pages.ts";
import { runCli } from "../cli/run-cli.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulse-ingest-pages-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Starts the pages on free ports. @returns their addresses, keyed by the event that reports each. */
async function start(env: NodeJS.ProcessEnv = {}) {
  const stop = new AbortController();
  const urls = new Map<string, string>();
  const names = settingNames.filter((name) => name !== "AMQP_URL_FILE");
  const settings = readSettings({ DATA_DIR: folder, PUBLIC_PORT: "0", HTTP_PORT: "0", ...env }, names);
  let ended: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    const noted = (event: string, fields: LogFields = {}): void => {
      urls.set(event, String(fields["url"]));
      if (event === "pages_started") resolve();
    };
    const log: Log = { error: noted, warn: noted, info: noted, debug: noted };
    ended = runPages(settings, log, stop.signal);
    ended.catch(reject);
  });
  return {
    url: urls.get("public_listening"),
    observeUrl: urls.get("http_listening"),
    async end() {
      stop.abort();
      await ended;
    },
  };
}

it("serves the pages of a store without a broker, and answers probes and Prometheus", async () => {
  await (await openSqliteStore(folder, 30)).close();
  const { url, observeUrl, end } = await start();
  const help = await (await fetch(`${url}/help`)).text();
  expect(help).toContain("no worker here");
  expect(await (await fetch(`${observeUrl}/livez`)).json()).toEqual({ alive: true, problems: [] });
  expect(await (await fetch(`${observeUrl}/readyz`)).json()).toEqual({ ready: true, problems: [] });
  const metrics = await (await fetch(`${observeUrl}/metrics`)).text();
  expect(metrics).toMatch(/^pulse_ingest_store_away 0$/m);
  expect((await fetch(`${observeUrl}/status`)).status).toBe(404);
  await end();
  await expect(fetch(`${url}/help`)).rejects.toThrow();
});

it("accepts no submissions", async () => {
  await (await openSqliteStore(folder, 30)).close();
  const { url, end } = await start();
  const answer = await fetch(`${url}/api/project/try/jobs/`, { method: "POST", body: "[]" });
  expect(answer.status).toBe(404);
  await end();
});

it("shows what the named workers lack", async () => {
  await (await openSqliteStore(folder, 30)).close();
  const { url, end } = await start({ PAGES_WORKERS: "http://127.0.0.1:1" });
  expect(await (await fetch(`${url}/api/light`)).json()).toEqual({
    state: "trouble",
    words: expect.stringMatching(/^http:\/\/127\.0\.0\.1:1: /),
  });
  await end();
});

it.each([
  [{ PAGES: "false" }, /PAGES is false/],
  [{ PUBLIC_PORT: "off" }, /PUBLIC_PORT is off/],
  [{ PUBLIC_HOST: "0.0.0.0" }, /PAGES is auto, and PUBLIC_HOST can be reached from elsewhere/],
])("with %j says why there are no pages", async (env, reason) => {
  const refused = await start(env).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Misuse);
  expect(String(refused)).toMatch(reason);
});

it("`pulse-ingest pages` without a store says which settings name it", async () => {
  const { code, stderr } = await runCli(["pages"], { DATA_DIR: folder });
  expect([code, stderr]).toEqual([2, expect.stringContaining("see DATA_DIR and MONGODB_URL")]);
});
