import type { Page } from "playwright-core";
import type { TestBrowser } from "./browser.ts";

/** Opens a log at a line, in a new profile. @returns the time until the line is visible, in milliseconds. */
export async function openLineMs(browser: TestBrowser, address: string, line: string): Promise<number> {
  const page = await browser.newPage();
  const from = performance.now();
  await page.goto(address, { waitUntil: "commit" });
  await page.getByText(line).waitFor();
  const tookMs = performance.now() - from;
  await page.close();
  return tookMs;
}

/**
 * Moves the scroll bar.
 * @param place - from 0 (the top) to 1 (the end).
 * @returns the time until the lines are visible, in milliseconds.
 */
export function jumpMs(page: Page, place: number): Promise<number> {
  return page.evaluate(async (part) => {
    const scroll = document.querySelector(".log-scroll") ?? document.body;
    const from = performance.now();
    scroll.scrollTop = part * (scroll.scrollHeight - scroll.clientHeight);
    // The first frame moves the list, the second one shows it.
    await new Promise(requestAnimationFrame);
    do await new Promise(requestAnimationFrame);
    while (document.querySelector(".log-waiting") !== null);
    return performance.now() - from;
  }, place);
}

/** Jumps twenty times to places all over the log. @returns the 95th percentile of the times, in milliseconds. */
export async function jumpP95Ms(page: Page): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < 20; index++) times.push(await jumpMs(page, ((index * 37) % 101) / 100));
  return times.toSorted((a, b) => a - b)[18] ?? 0;
}

/** Returns how much memory the page's objects take. */
export async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return usedSize;
}

/** Requests an address that returns JSON. */
export async function timedJson(
  address: string,
): Promise<{ readonly tookMs: number; readonly answer: unknown }> {
  const from = performance.now();
  const answer: unknown = await (await fetch(address)).json();
  return { tookMs: performance.now() - from, answer };
}
