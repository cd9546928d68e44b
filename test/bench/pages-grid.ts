import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { openBrowser } from "../web/browser.ts";
import { type GridFigures, gridBudgets, measureGrid } from "../web/grid-measures.ts";
import { fillLargeGrid } from "../web/large-grid.ts";
import { startPagesServer } from "../web/pages-server.ts";
import type { PagesPart } from "./pages-part.ts";

const RUNS = 5;

/** The grid with 10,000 jobs in 10 pushes, in a real browser. Medians of five. */
export const grid: PagesPart = async ({ show }) => {
  show("storing 10,000 jobs");
  const folder = mkdtempSync(join(tmpdir(), "pulse-ingest-bench-grid-"));
  const store = await openSqliteStore(folder, 30);
  const server = await startPagesServer(store);
  const browser = await openBrowser();
  const runs: GridFigures[] = [];
  try {
    await fillLargeGrid(store);
    // The first one finds no push in memory, and compiles what is drawn.
    await measureGrid(browser, server.url);
    for (let run = 1; run <= RUNS; run++) {
      show(`opening the grid, ${run} of ${RUNS}`);
      runs.push(await measureGrid(browser, server.url));
    }
  } finally {
    await browser.close();
    await server.close();
    await store.close();
    rmSync(folder, { recursive: true });
  }
  const names = Object.keys(gridBudgets) as (keyof GridFigures)[];
  const figures = Object.fromEntries(names.map((name) => [name, medianOf(runs.map((run) => run[name]))]));
  return {
    figures,
    limited: names.map((name) => ({
      figure: `grid of 10,000 jobs: ${name}`,
      value: figures[name] ?? Number.NaN,
      atMost: gridBudgets[name],
    })),
  };
};

function medianOf(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN);
}
