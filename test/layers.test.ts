import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

const src = fileURLToPath(new URL("../src", import.meta.url));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

interface Import {
  readonly file: string;
  /** A path below `src/` without its extension, or the name of a package. */
  readonly target: string;
  readonly isType: boolean;
}

const files = sourcesIn(src);
const imports: readonly Import[] = files.flatMap((file) => importsOf(src, file));
const ownImports = imports.filter(
  ({ target }) => files.includes(`${target}.ts`) || files.includes(`${target}.tsx`),
);

const client = fileURLToPath(new URL("../client/src", import.meta.url));
const clientFiles = sourcesIn(client);

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file));
}

function importsOf(root: string, file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const still = [...text.matchAll(/^(?:import|export)( type)? [^;]*?from "([^"]+)";/gms)];
  const whenNeeded = [...text.matchAll(/\bimport()\("([^"]+)"\)/g)];
  return [...still, ...whenNeeded].map(([, type, target = ""]) => ({
    file,
    target: target.startsWith(".")
      ? relative(root, join(root, dirname(file), target)).replace(/\.tsx?$/, "")
      : target,
    isType: type !== undefined && type !== "",
  }));
}

/**
 * Returns the room of a file, given with or without its extension: its folder, down to the second level. A file of `src/` itself is a room
 * of its own.
 */
function roomOf(path: string): string {
  const folders = dirname(path).split("/");
  return folders[0] === "." ? path.replace(/\.tsx?$/, "") : folders.slice(0, 2).join("/");
}

/** The lines of the README's picture, from the top. */
function readPicture(): string[][] {
  const [, section = ""] = readme.split("A file imports only from lines below its own");
  const [, picture = ""] = /\n\n((?: {4}\S.*\n)+)/.exec(section) ?? [];
  return picture
    .trimEnd()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
}

const picture = readPicture();
const lineOf = new Map(picture.flatMap((rooms, line) => rooms.map((room) => [room, line] as const)));
const told = ({ file, target }: Import): string => `${file} -> ${target}`;

describe("the picture in the README", () => {
  it("shows each room once, and no room that does not exist", () => {
    expect(files.length).toBeGreaterThan(200);
    const shown = picture.flat().toSorted();
    expect(shown).toEqual([...new Set(files.map(roomOf))].toSorted());
  });

  it("matches the code: a file imports only from its own room and from lines below it", () => {
    expect(ownImports.length).toBeGreaterThan(files.length);
    const wrong = ownImports.filter(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)];
      return from !== to && (lineOf.get(from) ?? -1) >= (lineOf.get(to) ?? -1);
    });
    expect(wrong.map(told)).toEqual([]);
  });

  it("is checked well enough to notice an import from above, and one from the side", () => {
    expect(roomOf("store/rules/plan-batch.ts")).toBe("store/rules");
    expect(roomOf("main.ts")).toBe("main");
    expect(lineOf.get("domain") ?? 0).toBeGreaterThan(lineOf.get("ingest") ?? 0);
    expect(lineOf.get("store/sqlite")).toBe(lineOf.get("store/mongodb"));
  });
});

it("no file is part of an import cycle", () => {
  const targets = new Map<string, string[]>();
  for (const { file, target } of ownImports) {
    const name = file.replace(/\.tsx?$/, "");
    targets.set(name, [...(targets.get(name) ?? []), target]);
  }
  const done = new Set<string>();
  const circles: string[] = [];
  function visit(name: string, path: readonly string[]): void {
    if (path.includes(name)) circles.push([...path.slice(path.indexOf(name)), name].join(" -> "));
    if (path.includes(name) || done.has(name)) return;
    for (const target of targets.get(name) ?? []) visit(target, [...path, name]);
    done.add(name);
  }
  for (const name of targets.keys()) visit(name, []);
  expect(circles).toEqual([]);
});

it("no two files share a name", () => {
  const names = [...files, ...clientFiles].map((file) => file.split("/").at(-1) ?? "");
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

it("domain/ imports nothing outside it, and so nothing that does I/O", () => {
  const outside = imports.filter(
    ({ file, target }) =>
      file.startsWith("domain/") &&
      !target.startsWith("domain/") &&
      !["node:buffer", "node:crypto"].includes(target),
  );
  expect(outside.map(told)).toEqual([]);
});

it("the client library imports only its own files and Node's modules, so it needs no other package", () => {
  const outside = clientFiles
    .flatMap((file) => importsOf(client, file))
    .filter(({ target }) => !clientFiles.includes(`${target}.ts`) && !target.startsWith("node:"));
  expect(clientFiles).toContain("index.ts");
  expect(outside.map(told)).toEqual([]);
});

it("the ports of the store are imported for their types only", () => {
  const values = imports.filter(({ target, isType }) => target.startsWith("store/ports/") && !isType);
  expect(values.map(told)).toEqual([]);
});

/** The rooms that may use a package that does I/O. No other room has to know that it exists. */
const packageUsers: Readonly<Record<string, readonly string[]>> = {
  amqplib: ["broker/connection/connect-broker"],
  mongodb: ["store/mongodb/"],
  libsql: ["store/sqlite/", "spool/", "disk/"],
  fastify: ["http/"],
  undici: ["logs/fetch/"],
  winston: ["log"],
  commander: ["cli/program"],
  "#client": ["cli/commands/"],
  "prom-client": ["metrics/", "http/observe/"],
};

it.each(Object.entries(packageUsers))("%s is used at run time by %j alone", (name, users) => {
  const found = imports.filter(({ target, isType }) => target === name && !isType);
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter(({ file }) => !users.some((user) => file.startsWith(user))).map(told)).toEqual([]);
});
