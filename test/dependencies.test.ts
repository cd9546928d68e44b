import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import semver from "semver";
import * as z from "zod";

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), "utf8"));
const engines = z.object({ node: z.string().optional() });
const { engines: ours } = z.object({ engines: z.object({ node: z.string() }) }).parse(read("package.json"));
const { packages } = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        dev: z.literal(true).optional(),
        engines: engines.optional(),
      }),
    ),
  })
  .parse(read("package-lock.json"));
const runtime = Object.entries(packages).filter(([path, { dev }]) => path !== "" && dev !== true);

it("every package that runs with ours runs on each version of Node that ours admits", () => {
  expect(runtime.map(([path]) => path)).toEqual(
    expect.arrayContaining(["node_modules/fastify", "node_modules/light-my-request", "node_modules/mongodb"]),
  );
  const narrower = runtime.filter(
    ([, { engines }]) => engines?.node !== undefined && !semver.subset(ours.node, engines.node),
  );
  expect(narrower.map(([path, { version, engines }]) => `${path} ${version}: ${engines?.node}`)).toEqual([]);
});
