import { expect, it } from "@jest/globals";
import { readSettings } from "../../src/config/read-settings.ts";
import { type Settings, settingNames } from "../../src/config/settings.ts";
import {
  ackAgeOptions,
  artifactsOptions,
  depthOptions,
  httpOptions,
  ingestOptions,
  pageSettings,
  sourceOptions,
  storeLimits,
} from "../../src/worker/options.ts";

function settings(env: NodeJS.ProcessEnv = {}): Settings {
  return readSettings({ AMQP_URL: "amqp://localhost", ...env }, settingNames);
}

it("seconds and minutes become milliseconds", () => {
  const given = settings({
    ...{ ACK_TIMEOUT_SECONDS: "60", STALL_SECONDS: "61", QUEUE_DEPTH_SECONDS: "5", BUGS_SYNC_MINUTES: "2" },
  });
  expect(httpOptions(given)).toMatchObject({ ackTimeoutMs: 60_000, stallLimitMs: 61_000 });
  expect(ackAgeOptions(given)).toEqual({ timeoutMs: 60_000 });
  expect(depthOptions(given)).toMatchObject({ everyMs: 5000 });
  expect(artifactsOptions(given).sync).toMatchObject({ everyMs: 120_000 });
});

it("the store keeps as many rejections per day, and lets as many logs wait, as the settings say", () => {
  const given = settings({
    ...{ REJECTIONS_PER_DAY: "6", REJECTION_BYTES_PER_DAY: "7", LOG_MAX_WAITING_PER_EXCHANGE: "8" },
  });
  expect(storeLimits(given)).toEqual({
    rejectionQuota: { perDay: 6, bytesPerDay: 7 },
    maxWaitingLogs: 8,
  });
});

it("bugs are not read from Bugzilla if BUGS_SYNC_MINUTES is 0", () => {
  expect(artifactsOptions(settings({ BUGS_SYNC_MINUTES: "0" })).sync).toBeNull();
});

it("each job is logged only at log level debug", () => {
  expect(ingestOptions(settings({ LOG_LEVEL: "debug" })).logsEachJob).toBe(true);
  expect(ingestOptions(settings()).logsEachJob).toBe(false);
});

it("the broker's address is read again at each connect", async () => {
  const { url, queue } = sourceOptions(settings({ QUEUE_NAME: "mine", LOCAL: "true" }));
  expect(await url()).toBe("amqp://localhost");
  expect(queue).toEqual({ name: "mine", type: "classic", local: true });
});

it("pages receive the settings that they need, and no address with a password", () => {
  const secrets = { AMQP_URL: "amqp://me:hunter2@localhost", MONGODB_URL: "mongodb://me:hunter2@localhost" };
  const pages = pageSettings(
    settings({ ...secrets, PAGES_WORKERS: "http://worker-1:9182, http://worker-2:9182" }),
  );
  expect(pages).toMatchObject({
    operates: true,
    PAGES_WORKERS: ["http://worker-1:9182", "http://worker-2:9182"],
  });
  expect(JSON.stringify(pages)).not.toContain("hunter2");
});

it("where others can reach the pages, operators' pages are served only if a setting asks for that", () => {
  const reached = { PUBLIC_HOST: "0.0.0.0", PAGES: "true" };
  expect(pageSettings(settings(reached))).toMatchObject({ operates: false });
  expect(pageSettings(settings({ ...reached, OPERATE_PAGES: "true" }))).toMatchObject({ operates: true });
  expect(pageSettings(settings({ PUBLIC_HOST: "0.0.0.0" }))).toBeNull();
  expect(pageSettings(settings({ PUBLIC_PORT: "off" }))).toBeNull();
});
