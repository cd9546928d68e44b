import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as z from "zod";

/** The sizes of what browsers load, in kilobytes as sent with gzip. */
export interface AssetSizes {
  /** The scripts that a page loads at first, keyed by the page's entry point. */
  readonly first: Readonly<Record<string, number>>;
  /** All scripts. */
  readonly all: number;
  readonly css: number;
}

/** The maxima of {@link AssetSizes}. */
export const assetBudgets = { first: 30, all: 60, css: 10 };

const manifest = z.object({
  scripts: z.record(z.string(), z.object({ file: z.string(), chunks: z.array(z.string()) })),
});

/** Measures the bundles in a folder. */
export function assetSizes(folder: string): AssetSizes {
  const { scripts } = manifest.parse(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")));
  const kilobytes = (files: readonly string[]): number =>
    files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length, 0) /
    1000;
  const endingWith = (ending: string): string[] =>
    readdirSync(folder).filter((file) => file.endsWith(ending));
  const first = Object.entries(scripts).map(([page, { file, chunks }]) => [
    page,
    kilobytes([file, ...chunks]),
  ]);
  return {
    first: Object.fromEntries(first),
    all: kilobytes(endingWith(".js")),
    css: kilobytes(endingWith(".css")),
  };
}
