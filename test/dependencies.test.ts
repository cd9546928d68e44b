import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import semver from "semver";
import * as z from "zod";

const project = fileURLToPath(new URL("..", import.meta.url));
const read = (name: string): string => readFileSync(`${project}${name}`, "utf8");
const engines = z.object({ node: z.string().optional() });
const { engines: ours } = z
  .object({ engines: z.object({ node: z.string() }) })
  .parse(JSON.parse(read("package.json")));
const names = z.record(z.string(), z.string()).default({});
const { packages } = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        dependencies: names,
        optionalDependencies: names,
        engines: engines.optional(),
      }),
    ),
  })
  .parse(JSON.parse(read("package-lock.json")));

/** Names of the packages that the program imports. Most of them become part of it when it is built. */
function imported(): string[] {
  const sources = readdirSync(`${project}src`, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => read(`src/${file}`));
  const targets = sources.flatMap((text) => [...text.matchAll(/^import [^;]*?"([^".#][^"]*)";/gm)]);
  return targets
    .map(([, target = ""]) => /^(?:@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? "")
    .filter((name) => `node_modules/${name}` in packages);
}

/** Adds the path of a package, and the paths of all its dependencies. */
function collect(name: string, from: string, found: Map<string, string | undefined>): void {
  const inside = `${from === "" ? "" : `${from}/`}node_modules/${name}`;
  const { [inside]: entry } = packages;
  if (entry === undefined) {
    if (from !== "") collect(name, from.slice(0, Math.max(0, from.lastIndexOf("/node_modules/"))), found);
  } else if (!found.has(inside)) {
    found.set(inside, entry.engines?.node);
    const { dependencies, optionalDependencies } = entry;
    for (const each of Object.keys({ ...dependencies, ...optionalDependencies })) {
      collect(each, inside, found);
    }
  }
}

it("every package that the program depends on supports each version of Node.js that the program supports", () => {
  const runtime = new Map<string, string | undefined>();
  for (const name of imported()) collect(name, "", runtime);
  expect([...runtime.keys()]).toEqual(
    expect.arrayContaining(["node_modules/fastify", "node_modules/light-my-request", "node_modules/mongodb"]),
  );
  const narrower = [...runtime].filter(([, node]) => node !== undefined && !semver.subset(ours.node, node));
  expect(narrower.map(([path, node]) => `${path}: ${node}`)).toEqual([]);
});
