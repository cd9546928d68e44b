import type { Page } from "playwright-core";
import type { TestBrowser } from "./browser.ts";
import { LARGE_PROJECT } from "./large-grid.ts";

/** The limits of the grid's design for 10,000 jobs in 10 pushes on an idle machine. Bytes count what is loaded until the grid is drawn. */
export const gridBudgets: GridFigures = {
  first_paint_ms: 500,
  bytes: 150_000,
  longest_task_ms: 100,
  filter_ms: 50,
  job_click_ms: 150,
};

export interface GridFigures {
  /** Time from the request until the browser shows the first content. */
  readonly first_paint_ms: number;
  readonly bytes: number;
  /** Blocking time while the page is loaded and the script takes over. */
  readonly longest_task_ms: number;
  /** Time from a key that changes the filter until the browser has drawn. */
  readonly filter_ms: number;
  /** Time from a click on a job until its panel is complete. */
  readonly job_click_ms: number;
}

/** The message that the page writes to its console when it follows changes. */
const LIVE = "the grid is live";
/** How long the test sends nothing to the page, so that it draws undisturbed, in milliseconds. */
const DRAWING_MS = 250;

/** Opens the large grid in a new profile, and measures it once. */
export async function measureGrid(browser: TestBrowser, url: string): Promise<GridFigures> {
  const page = await browser.newPage();
  try {
    await page.addInitScript((word) => {
      const tasks: number[] = [];
      Object.assign(window, { tasks });
      new PerformanceObserver((list) =>
        tasks.push(...list.getEntries().map(({ duration }) => duration)),
      ).observe({
        type: "longtask",
        buffered: true,
      });
      new MutationObserver((_changes, observer) => {
        observer.disconnect();
        console.log(word);
      }).observe(document, { subtree: true, attributeFilter: ["data-live"] });
    }, LIVE);
    // An evaluation from outside runs in the page, and its time would count as the page's.
    const isLive = page.waitForEvent("console", {
      predicate: (message) => message.text() === LIVE,
      timeout: 60_000,
    });
    await page.goto(`${url}/projects/${LARGE_PROJECT}`, { waitUntil: "commit" });
    await isLive;
    await untilQuiet(page);
    return {
      ...(await loadFigures(page)),
      filter_ms: await filterMs(page),
      job_click_ms: await jobClickMs(page),
    };
  } finally {
    await page.close();
  }
}

function loadFigures(page: Page): Promise<Pick<GridFigures, "first_paint_ms" | "bytes" | "longest_task_ms">> {
  return page.evaluate(() => {
    const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    const files = (performance.getEntriesByType("resource") as PerformanceResourceTiming[]).filter(
      ({ initiatorType }) => initiatorType === "link" || initiatorType === "script",
    );
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    const { tasks } = window as unknown as { readonly tasks: readonly number[] };
    return {
      first_paint_ms: paint?.startTime ?? Number.NaN,
      bytes: [navigation, ...files].reduce((sum, entry) => sum + (entry?.transferSize ?? Number.NaN), 0),
      // The browser reports only tasks over 50 ms.
      longest_task_ms: Math.max(50, ...tasks),
    };
  });
}

/** Shows only failures, and then all jobs again. */
async function filterMs(page: Page): Promise<number> {
  const times: number[] = [];
  for (const _time of ["failures", "all"]) {
    await page.evaluate(() => {
      const drawn = new Promise<number>((resolve) => {
        document.addEventListener(
          "keydown",
          ({ timeStamp }) => {
            requestAnimationFrame(() => {
              // A message that is posted from the frame arrives when the frame is drawn.
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = () => resolve(performance.now() - timeStamp);
              port2.postMessage(null);
            });
          },
          { once: true, capture: true },
        );
      });
      Object.assign(window, { drawn });
    });
    await page.keyboard.press("u");
    await page.waitForTimeout(DRAWING_MS);
    times.push(await page.evaluate(() => (window as unknown as { readonly drawn: Promise<number> }).drawn));
    await untilQuiet(page);
  }
  return Math.max(...times);
}

/** Clicks on a job with the mouse, after another one has been opened. */
async function jobClickMs(page: Page): Promise<number> {
  const jobs = page.locator("a.job");
  await jobs.first().click();
  await page.locator("#grid-job .job-panel").waitFor();
  await untilQuiet(page);
  return jobs.nth(5).evaluate(async (link) => {
    if (!(link instanceof HTMLElement)) return Number.NaN;
    const guid = new URL(link.getAttribute("href") ?? "", location.href).searchParams.get("guid") ?? "";
    const from = performance.now();
    link.click();
    // Some compilers produce code for named functions that cannot be sent to the browser, so this function is inlined in the loop.
    while (document.querySelector("#grid-job .job-panel")?.textContent?.includes(guid) !== true) {
      await new Promise(requestAnimationFrame);
    }
    return performance.now() - from;
  });
}

/** Waits until the page has nothing left to draw. */
async function untilQuiet(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  await page.evaluate(() => new Promise((resolve) => setTimeout(() => requestIdleCallback(resolve), 100)));
}
