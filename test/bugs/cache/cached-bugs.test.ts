import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { readCachedBugs } from "../../../src/bugs/cache/cached-bugs.ts";
import type { Bug } from "../../../src/domain/bug.ts";
import { Unavailable } from "../../../src/domain/faults.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cached-bugs-"));
  store = await openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 30 });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const bugs = (count: number): Bug[] =>
  Array.from({ length: count }, (_, nth) => ({
    id: 3 * nth + 1,
    summary: `bug ${nth}`,
    status: "NEW",
    resolution: "",
    crash_signature: "",
    keywords: "",
    os: "",
    modified: null,
  }));

it.each([0, 1, 1000, 2001])("all %d bugs are read once each, in order", async (count) => {
  if (count > 0) await store.replaceBugs(bugs(count).toReversed());
  const versions: (string | null)[] = [];
  const read: Bug[] = [];
  for await (const page of readCachedBugs(store, (version) => versions.push(version))) read.push(...page);
  expect(read).toEqual(bugs(count));
  expect(versions).toEqual([await store.bugsVersion()]);
});

it("pages of two versions are an error", async () => {
  await store.replaceBugs(bugs(1500));
  const versions: (string | null)[] = [];
  const pages = readCachedBugs(store, (version) => versions.push(version));
  await pages.next();
  await store.replaceBugs(bugs(1400));
  await expect(
    (async () => {
      for await (const page of pages) expect(page.length).toBeGreaterThan(0);
    })(),
  ).rejects.toThrow(Unavailable);
  expect(versions).toEqual([]);
});
