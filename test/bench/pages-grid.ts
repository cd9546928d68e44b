import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { openBrowser } from "../web/browser.ts";
import { type GridFigures, gridBudgets, measureGrid } from "../web/grid-measures.ts";
import { fillLargeGrid } from "../web/large-grid.ts";
import { startPagesServer } from "../web/pages-server.ts";
import type { PagesPart } from "./pages-part.ts";
import { spreadOf } from "./spread.ts";

/** The grid with 10,000 jobs in 10 pushes, in a real browser. The figures are medians of several rounds. */
export const grid: PagesPart = async ({ show, rounds }) => {
  show("storing 10,000 jobs");
  const folder = mkdtempSync(join(tmpdir(), "pulse-ingest-bench-grid-"));
  const store = await openSqliteStore(folder, 30);
  const server = await startPagesServer(store);
  const browser = await openBrowser();
  const runs: GridFigures[] = [];
  try {
    await fillLargeGrid(store);
    // The first round finds no push in memory, and includes the compilation of the drawing code, so it is not counted.
    await measureGrid(browser, server.url);
    for (let run = 1; run <= rounds; run++) {
      show(`opening the grid, ${run} of ${rounds}`);
      runs.push(await measureGrid(browser, server.url));
    }
  } finally {
    await browser.close();
    await server.close();
    await store.close();
    rmSync(folder, { recursive: true });
  }
  const names = Object.keys(gridBudgets) as (keyof GridFigures)[];
  const spreads = names.map(
    (name) =>
      [
        name,
        spreadOf(
          runs.map((run) => run[name]),
          0,
        ),
      ] as const,
  );
  return {
    figures: Object.fromEntries(spreads.map(([name, { median }]) => [name, median])),
    spreads: Object.fromEntries(spreads),
    limited: spreads.map(([name, spread]) => ({
      figure: `grid of 10,000 jobs: ${name}`,
      value: spread.median,
      spread,
      atMost: gridBudgets[name],
    })),
  };
};
