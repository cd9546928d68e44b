import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { cacheFolder, madeOnce, recipeHash } from "./cache.ts";

let before: string | undefined;

beforeEach(async () => {
  before = process.env["XDG_CACHE_HOME"];
  process.env["XDG_CACHE_HOME"] = await mkdtemp(join(tmpdir(), "cache-test-"));
});

afterEach(async () => {
  await rm(process.env["XDG_CACHE_HOME"] ?? "", { recursive: true, force: true });
  if (before === undefined) delete process.env["XDG_CACHE_HOME"];
  else process.env["XDG_CACHE_HOME"] = before;
});

describe("a cached file", () => {
  it("is made by one of many processes that need it at the same time", async () => {
    let made = 0;
    const make = async (path: string) => {
      made++;
      await writeFile(path, "whole");
    };
    const paths = await Promise.all(["a", "b", "c"].map(() => madeOnce("thing", make)));
    expect(made).toBe(1);
    expect(new Set(paths).size).toBe(1);
    expect(await readFile(paths[0] ?? "", "utf8")).toBe("whole");
  });

  it("is never seen incomplete, and is made again after a failure", async () => {
    const failing = madeOnce("thing", async (path) => {
      await writeFile(path, "half");
      throw new Error("no space left");
    });
    await expect(failing).rejects.toThrow("no space left");
    expect((await readdir(cacheFolder())).filter((name) => !name.endsWith(".lock"))).toEqual([]);
    const path = await madeOnce("thing", (aside) => writeFile(aside, "whole"));
    expect(await readFile(path, "utf8")).toBe("whole");
  });

  it("is made by the next process if its maker is killed, and nothing incomplete is left", async () => {
    const script = `
      import { writeFileSync } from "node:fs";
      import { madeOnce } from ${JSON.stringify(join(import.meta.dirname, "cache.ts"))};
      await madeOnce("thing", async (path) => {
        writeFileSync(path, "half");
        process.stdout.write("at work");
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });`;
    const maker = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(maker.stdout, "data");
    const next = madeOnce("thing", (path) => writeFile(path, "whole"));
    maker.kill("SIGKILL");

    expect(await readFile(await next, "utf8")).toBe("whole");
    expect((await readdir(cacheFolder())).sort()).toEqual(["thing", "thing.lock"]);
  });

  it("has another name when any part of its recipe changes", () => {
    const hashes = [["a", ["b"]], ["a", ["c"]], ["a", "b"], ["ab"]].map(recipeHash);
    expect(new Set(hashes).size).toBe(4);
  });
});
