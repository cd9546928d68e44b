import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, it, jest } from "@jest/globals";

jest.setTimeout(180_000);
const parent = mkdtempSync(join(tmpdir(), "build-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

it.each(["program", "assets"])(
  "two builds of the %s at the same time disturb nobody who uses it",
  async (name) => {
    const script = fileURLToPath(new URL(`../../build/${name}.mjs`, import.meta.url));
    const folder = join(parent, name);
    const build = () => promisify(execFile)(process.execPath, [script, folder]);
    await build();
    const built = readdirSync(folder);
    const sizes = new Map(built.map((file) => [file, statSync(join(folder, file)).size]));
    writeFileSync(join(folder, "of-an-earlier-build.js"), "");
    mkdirSync(join(folder, "assets"), { recursive: true });

    const damaged = new Set<string>();
    let isOver = false;
    const builds = Promise.all([build(), build()]).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      for (const [file, size] of sizes) {
        if (statSync(join(folder, file), { throwIfNoEntry: false })?.size !== size) damaged.add(file);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await builds;

    expect([...damaged]).toEqual([]);
    // The folder of the assets lies in that of the program, and has a build of its own.
    expect(readdirSync(folder).toSorted()).toEqual(
      name === "program" ? ["assets", ...built].toSorted() : built,
    );
    expect(readdirSync(parent).filter((each) => each.endsWith(".building"))).toEqual([]);
  },
);
