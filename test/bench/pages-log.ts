import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLogCache } from "../../src/logs/cache/log-cache.ts";
import { openTextThreads } from "../../src/logs/cache/text-threads.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { answer, startLogHost } from "../doubles/log-host.ts";
import { anArrival } from "../examples.ts";
import { openBrowser } from "../web/browser.ts";
import { heapBytes, jumpP95Ms, openLineMs, timedJson } from "../web/log-measures.ts";
import { longLine, longLog } from "../web/long-log.ts";
import { startPagesServer } from "../web/pages-server.ts";
import type { Limited, PagesPart } from "./pages-part.ts";
import { rounded } from "./part.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** Measures the page of a log of a million lines, 124 MB, on its real threads, which run compiled code: medians of several rounds. */
export const log: PagesPart = async ({ show, rounds }) => {
  show("log: writing a million lines");
  const folder = mkdtempSync(join(tmpdir(), "pulse-ingest-bench-log-"));
  const store = await openSqliteStore(folder, 30);
  const host = await startLogHost({ "/long.txt": answer(longLog()) });
  const url = `${host.url}/long.txt`;
  const entries = new URL("../../dist/", import.meta.url);
  const openLogs = (name: string) =>
    openLogCache({
      folder: join(folder, name),
      maxBytes: 1e9,
      work: openTextThreads({ userAgent: "bench", allowPrivate: true }, { entries }),
      limits: { lines: 20_000_000, inflatedBytes: 1e9, ratio: 500 },
      perHost: 4,
      now: Date.now,
    });
  const logs = openLogs("log-cache");
  const server = await startPagesServer(store, { logs });
  const browser = await openBrowser();
  try {
    await store.storeSubmissions([anArrival({ taskId: "long/0", logs: [{ name: "buildbot_text", url }] })]);
    show("log: fetching and indexing");
    const inRounds = (measure: () => Promise<number>) => measureRounds(rounds, measure);
    const index_ms = await inRounds(async () => {
      const other = openLogs(String(performance.now()));
      const from = performance.now();
      const part = await other.readPart({ url, isFinal: true, asOfMs: null }, 0, 1, 60_000);
      const tookMs = performance.now() - from;
      await other.close();
      if (!part.ok) throw new Error(JSON.stringify(part));
      return tookMs;
    });
    await logs.readLines(url, 0, 1, true);
    show("log: finding a text");
    const find = `${server.url}/api/log/find?project=try&guid=long/0&text=LEAK&around=500000`;
    const find_ms = await inRounds(async () => (await timedJson(find)).tookMs);
    show("log: opening and jumping");
    const address = `${server.url}/log?project=try&guid=long/0#L900000`;
    const open_line_ms = await inRounds(() => openLineMs(browser, address, longLine(900_000)));
    const page = await browser.newPage();
    await page.goto(address);
    await page.getByText(longLine(900_000)).waitFor();
    const jump_p95_ms = await inRounds(() => jumpP95Ms(page));
    const heap_mb = rounded((await heapBytes(page)) / 1e6, 1);
    const spreads = { open_line_ms, jump_p95_ms, find_ms, index_ms };
    const medians = Object.entries(spreads).map(([name, { median }]) => [name, median]);
    const limit = (figure: string, spread: Spread, atMost: number): Limited => ({
      ...{ figure, value: spread.median, spread, atMost },
    });
    return {
      figures: { ...Object.fromEntries(medians), heap_mb },
      spreads,
      limited: [
        limit("log: open a link to line 900,000, ms", open_line_ms, 700),
        limit("log: 95 of 100 jumps, ms", jump_p95_ms, 150),
        limit("log: find a text, ms", find_ms, 500),
        limit("log: fetch and index, ms", index_ms, 1500),
        { figure: "log: heap, MB", value: heap_mb, atMost: 30 },
      ],
    };
  } finally {
    await browser.close();
    await server.close();
    await logs.close();
    await host.close();
    await store.close();
    rmSync(folder, { recursive: true });
  }
};

async function measureRounds(rounds: number, measure: () => Promise<number>): Promise<Spread> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await measure());
  return spreadOf(times, 1);
}
