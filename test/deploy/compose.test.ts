import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { load } from "js-yaml";
import * as z from "zod";
import { readSettings } from "../../src/config/read-settings.ts";
import { type SettingName, settingNames } from "../../src/config/settings.ts";

// No container engine is available here, so these tests check the form of the file and the worker's settings in it.
const service = z.looseObject({
  profiles: z.array(z.enum(["mongodb", "ferretdb"])).min(1),
  image: z.string(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.looseObject({ condition: z.string() })).default({}),
  networks: z.object({ default: z.object({ aliases: z.array(z.string()) }) }).optional(),
  stop_grace_period: z.string().optional(),
  read_only: z.boolean().optional(),
});
const compose = z
  .strictObject({
    name: z.string(),
    services: z.record(z.string(), service),
    volumes: z.record(z.string(), z.object({})),
  })
  .parse(load(readFileSync(new URL("../../deploy/compose.yml", import.meta.url), "utf8")));
const { worker } = compose.services;
const servicesOf = (profile: "mongodb" | "ferretdb") =>
  Object.entries(compose.services).filter(([, { profiles }]) => profiles.includes(profile));

/** Fills in defaults as compose does when the environment is empty. */
const environment = Object.fromEntries(
  Object.entries(worker?.environment ?? {}).map(([name, value]) => [
    name,
    value.replace(/^\$\{\w+:-(.*)\}$/, "$1"),
  ]),
);

it("the worker's settings exist and have valid values", () => {
  const names = Object.keys(environment);
  expect(names.filter((name) => !settingNames.includes(name as SettingName))).toEqual([]);
  expect(() => readSettings(environment, settingNames)).not.toThrow();
});

it.each(["mongodb", "ferretdb"] as const)(
  "with the profile %s the worker finds its broker and one database",
  (profile) => {
    const services = servicesOf(profile);
    const names = services.map(([name]) => name);
    const databases = services.filter(([, { networks }]) => networks?.default.aliases.includes("database"));
    expect(databases).toHaveLength(1);
    expect(new URL(environment["MONGODB_URL"] ?? "").hostname).toBe("database");
    expect(names).toContain(new URL(environment["AMQP_URL"] ?? "").hostname);
  },
);

it("a service waits only for services of its own profiles or for optional ones", () => {
  for (const { profiles, depends_on } of Object.values(compose.services)) {
    for (const [name, { required }] of Object.entries(depends_on)) {
      const there = compose.services[name]?.profiles ?? [];
      if (required !== false) expect(there).toEqual(expect.arrayContaining(profiles));
    }
  }
});

it("no port is published beyond this machine", () => {
  const published = Object.values(compose.services).flatMap(({ ports }) => ports);
  expect(published.length).toBeGreaterThan(0);
  expect(published.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
});

it("posts over REST reach the worker through a published port, one for each worker", () => {
  const { PUBLIC_HOST, PUBLIC_PORT } = readSettings(environment, ["PUBLIC_HOST", "PUBLIC_PORT"]);
  expect(PUBLIC_HOST).toBe("0.0.0.0");
  expect(worker?.ports).toEqual([expect.stringMatching(`:${PUBLIC_PORT}-\\d+:${PUBLIC_PORT}$`)]);
});

it("the worker's root file system is read-only, and its spool outlives the container", () => {
  expect(worker?.read_only).toBe(true);
  expect(worker?.volumes).toContain("spool:/data");
  const named = Object.values(compose.services).flatMap(({ volumes }) => volumes.map((v) => v.split(":")[0]));
  expect(named.filter((name) => !name?.startsWith(".")).toSorted()).toEqual(
    Object.keys(compose.volumes).toSorted(),
  );
});

it("a stopped worker has time for the batch in progress", () => {
  const { SHUTDOWN_MS } = readSettings({}, ["SHUTDOWN_MS"]);
  expect(Number.parseInt(worker?.stop_grace_period ?? "", 10) * 1000).toBeGreaterThan(2 * SHUTDOWN_MS);
});
