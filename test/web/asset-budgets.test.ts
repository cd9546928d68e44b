import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import * as z from "zod";
import { buildAssets } from "./built-assets.ts";

// What a page may load, in kilobytes as sent with gzip.
const FIRST_LOAD_KB = 30;
const ALL_SCRIPTS_KB = 60;
const STYLES_KB = 10;

const manifest = z.object({
  scripts: z.record(z.string(), z.object({ file: z.string(), chunks: z.array(z.string()) })),
});

let built: Awaited<ReturnType<typeof buildAssets>>;
beforeAll(async () => {
  built = await buildAssets();
});
afterAll(() => built.remove());

/** The size of some files as they are sent with gzip, in kilobytes. */
function kilobytes(files: readonly string[]): number {
  return (
    files.reduce(
      (sum, file) => sum + gzipSync(readFileSync(join(built.folder, file)), { level: 9 }).length,
      0,
    ) / 1000
  );
}

const filesOfType = (ending: string): string[] =>
  readdirSync(built.folder).filter((file) => file.endsWith(ending));

it("each page's scripts at first load keep to the budget", () => {
  const { scripts } = manifest.parse(JSON.parse(readFileSync(join(built.folder, "manifest.json"), "utf8")));
  const sizes = Object.entries(scripts).map(([page, { file, chunks }]) => ({
    page,
    kb: kilobytes([file, ...chunks]),
  }));
  expect(sizes.map(({ page }) => page)).toContain("help-page");
  expect(sizes.filter(({ kb }) => kb > FIRST_LOAD_KB)).toEqual([]);
});

it("all scripts together keep to the budget", () => {
  expect(filesOfType(".js").length).toBeGreaterThan(0);
  expect(kilobytes(filesOfType(".js"))).toBeLessThanOrEqual(ALL_SCRIPTS_KB);
});

it("the style sheet keeps to the budget", () => {
  expect(filesOfType(".css")).toHaveLength(1);
  expect(kilobytes(filesOfType(".css"))).toBeLessThanOrEqual(STYLES_KB);
});

it("the licence of every package in the scripts comes with them", () => {
  const licences = readFileSync(join(built.folder, "licences.txt"), "utf8");
  const scripts = filesOfType(".js").map((file) => readFileSync(join(built.folder, file), "utf8"));
  // DOMPurify writes its own name, and Preact its options' hooks, into every bundle that holds them.
  if (scripts.some((script) => script.includes("DOMPurify"))) expect(licences).toMatch(/^dompurify 3/m);
  if (scripts.some((script) => script.includes("__html"))) expect(licences).toMatch(/^preact \d/m);
});
