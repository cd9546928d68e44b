import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { readSettings } from "../../src/config/read-settings.ts";
import { type SettingName, settingNames } from "../../src/config/settings.ts";
import { findProgram, runCommand } from "../servers/run-command.ts";

const unit = readFileSync(new URL("../../deploy/systemd/pulse-ingest.service", import.meta.url), "utf8");
const valuesOf = (key: string): string[] =>
  [...unit.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value = ""]) => value);
const analyze = await findProgram("systemd-analyze");
if (analyze === null) {
  console.warn(
    "systemd-analyze is not on this machine: the unit is read here, but systemd does not verify it.",
  );
}

it("the unit's settings exist and have valid values", () => {
  const environment = Object.fromEntries(valuesOf("Environment").map((line) => line.split("=", 2)));
  const { NODE_ENV, ...settings } = environment;
  expect(NODE_ENV).toBe("production");
  const names = Object.keys(settings);
  expect(names.filter((name) => !settingNames.includes(name as SettingName))).toEqual([]);
  expect(() => readSettings(settings, settingNames)).not.toThrow();
});

it("a worker is not started again after a mistake in its settings", () => {
  expect(valuesOf("RestartPreventExitStatus")).toEqual(["2"]);
});

it("systemd waits longer for a stop than the worker takes for it", () => {
  const { SHUTDOWN_MS } = readSettings({}, ["SHUTDOWN_MS"]);
  expect(Number(valuesOf("TimeoutStopSec")[0]) * 1000).toBeGreaterThan(2 * SHUTDOWN_MS);
});

(analyze === null ? it.todo : it)("systemd accepts the unit, and finds it well confined", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pulse-ingest-unit-"));
  const path = join(folder, "pulse-ingest.service");
  // systemd checks that the program exists, but Node.js has another path on some machines.
  writeFileSync(path, unit.replace("/usr/bin/node", process.execPath));
  try {
    // Anything that systemd would ignore is printed as a warning and changes the exit code.
    await runCommand(analyze ?? "", ["verify", "--recursive-errors=no", path]);
    // Exposure is a figure from 0.0 (none) to 10.0; above the threshold the command fails.
    await runCommand(analyze ?? "", ["security", "--offline=true", "--threshold=15", path]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
