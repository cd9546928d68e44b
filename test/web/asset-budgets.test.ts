import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type AssetSizes, assetBudgets, assetSizes } from "./asset-sizes.ts";
import { buildAssets } from "./built-assets.ts";

let built: Awaited<ReturnType<typeof buildAssets>>;
let sizes: AssetSizes;
beforeAll(async () => {
  built = await buildAssets();
  sizes = assetSizes(built.folder);
});
afterAll(() => built.remove());

it("the scripts that each page loads at first stay within the budget", () => {
  expect(sizes.first["help-page"]).toBeGreaterThan(0);
  expect(Object.entries(sizes.first).filter(([, size]) => size > assetBudgets.first)).toEqual([]);
});

it("all scripts together stay within the budget", () => {
  expect(sizes.all).toBeGreaterThan(0);
  expect(sizes.all).toBeLessThanOrEqual(assetBudgets.all);
});

it("the style sheet stays within the budget", () => {
  expect(sizes.css).toBeGreaterThan(0);
  expect(sizes.css).toBeLessThanOrEqual(assetBudgets.css);
});

it("the licence of every package in the scripts is shipped with them", () => {
  const licences = readFileSync(join(built.folder, "licences.txt"), "utf8");
  const files = readdirSync(built.folder).filter((file) => file.endsWith(".js"));
  const scripts = files.map((file) => readFileSync(join(built.folder, file), "utf8")).join("");
  expect(scripts).toContain("DOMPurify");
  expect(licences).toMatch(/^dompurify 3\.[\d.]+ \(.+\)\n\n\S/m);
  expect(licences).toMatch(/^preact 11\.[\d.]+ \(MIT\)\n\n\S/m);
});
