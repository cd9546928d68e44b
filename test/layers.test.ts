import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";

const src = fileURLToPath(new URL("../src", import.meta.url));

/**
 * What a folder (or a file at the root) may import besides `domain/` and its own folder: other folders, single
 * files, and packages. This is the picture of the README; a new arrow is drawn here first.
 */
const mayImport: Record<string, readonly string[]> = {
  "main.ts": ["cli/commands", "cli/broken-output"],
  cli: ["*"],
  "daemon.ts": ["*"],
  "open-storage.ts": ["spool", "store", "settings", "read-settings", "log", "make-folder", "private-files"],
  broker: ["ack", "store/store", "log", "amqplib", "js-yaml", "zod"],
  ingest: ["decode", "validate", "normalise", "ack", "spool", "store/store", "counters", "log"],
  decode: [],
  validate: ["ajv", "ajv-draft-04", "js-yaml"],
  normalise: ["validate/message-types", "artifacts/plan", "artifacts/parse/storable-performance"],
  ack: [],
  artifacts: ["store/store", "log", "counters", "undici", "ipaddr.js", "zod", "ajv", "ajv-draft-04"],
  spool: ["log", "make-folder", "private-files", "transact", "libsql", "zod"],
  store: ["artifacts/plan", "log", "make-folder", "private-files", "transact", "mongodb", "libsql", "zod"],
  "settings.ts": ["zod"],
  "read-settings.ts": ["settings", "zod"],
  "make-folder.ts": ["private-files"],
  "private-files.ts": [],
  timing: [],
  "transact.ts": ["libsql"],
  "version.ts": ["zod"],
  "judge-limits.ts": ["settings", "ingest/judge-delivery"],
  "log-options.ts": ["settings", "version", "artifacts/parse/parse-thread"],
  "log.ts": ["winston"],
  http: [
    "broker/message-source",
    "broker/queue-depth",
    "store/store",
    "counters",
    "worker-gauges",
    "log",
    "fastify",
    "zod",
    "prom-client",
  ],
  "counters.ts": ["prom-client", "worker-gauges"],
  "worker-gauges.ts": ["prom-client"],
  domain: [],
};

/** Ports: types only, so that nobody depends on an adapter by accident. */
const typesOnly = ["store/store", "broker/message-source"];
/** Adapters are opened in one place. */
const adapters: Record<string, readonly string[]> = {
  "store/sqlite/": ["store/open-store.ts", "store/sqlite/"],
  "store/mongodb/": ["store/open-store.ts", "store/mongodb/"],
  "broker/amqp-source": ["daemon.ts", "cli/"],
  "artifacts/fetch/http-log-source": ["daemon.ts", "cli/", "artifacts/parse/parse-thread"],
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly isType: boolean;
}

const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(src, file), "utf8");
  return [...text.matchAll(/^(import|export)( type)? [^;]*?from "([^"]+)";/gms)].map(
    ([, , type, target = ""]) => ({
      file,
      target: target.startsWith(".")
        ? relative(src, join(src, dirname(file), target)).replace(/\.ts$/, "")
        : target,
      isType: type !== undefined,
    }),
  );
});

const room = (path: string): string => (path.includes("/") ? (path.split("/")[0] ?? path) : path);

function isAllowed({ file, target }: Import): boolean {
  const own = room(file);
  const allowed = mayImport[own];
  if (allowed === undefined) throw new Error(`${own} has no row in the picture`);
  if (target.startsWith("node:") || room(target) === own || room(target) === "domain") return true;
  return allowed.some((name) => name === "*" || name === target || name === room(target));
}

it("finds the imports of every file", () => {
  expect(files.length).toBeGreaterThan(20);
  expect(imports.length).toBeGreaterThan(files.length);
});

it("every import follows the picture of who may import whom", () => {
  expect(
    imports.filter((line) => !isAllowed(line)).map(({ file, target }) => `${file} -> ${target}`),
  ).toEqual([]);
});

it("ports are imported for their types only", () => {
  const values = imports.filter(({ target, isType }) => typesOnly.includes(target) && !isType);
  expect(values.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
});

it("an adapter is imported by those that open it, and by nobody else", () => {
  const strangers = imports.filter(({ file, target }) =>
    Object.entries(adapters).some(
      ([adapter, openers]) =>
        target.startsWith(adapter) &&
        !file.startsWith(adapter) &&
        !openers.some((opener) => file.startsWith(opener)),
    ),
  );
  expect(strangers.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
});

it("no file of domain/ imports anything outside it", () => {
  const outside = imports.filter(
    ({ file, target }) =>
      room(file) === "domain" && !target.startsWith("domain/") && !target.startsWith("node:"),
  );
  expect(outside).toEqual([]);
});
