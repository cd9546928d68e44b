import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { BrowserContextOptions, Page } from "playwright-core";
import { createLightSource } from "../../src/http/pages/serve/light-source.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { statusLooks } from "../../src/web/job-status.ts";
import { keyRows, shownKey } from "../../src/web/keys.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { axeFindings } from "./axe.ts";
import { openBrowser } from "./browser.ts";
import { type PagesServer, startPagesServer } from "./pages-server.ts";

const chromium = await serverOrSkip(openBrowser);

chromium.describe("the help and the frame of all pages", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulse-ingest-help-"));
  let problems: string[] = [];
  let store: Store;
  let server: PagesServer;
  beforeAll(async () => {
    store = await openSqliteStore(folder, 30);
    const light = createLightSource({
      showsReasons: true,
      problems: async () => problems,
      ready: { state: "ready", words: "worker ready" },
      // With NaN as the time, no cached answer is recent enough.
      now: () => Number.NaN,
    });
    server = await startPagesServer(store, { light });
  });
  afterAll(async () => {
    await Promise.all([server.close(), chromium.server().close()]);
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** @param options - options of a new profile. Without them, the page that all tests share is used. */
  async function open(path: string, options?: BrowserContextOptions): Promise<Page> {
    const browser = chromium.server();
    const page = await (options === undefined ? browser.samePage() : browser.newPage(options));
    await page.goto(server.url + path);
    return page;
  }

  it("shows every key and every appearance of a job, and remembers the choice about single-key shortcuts", async () => {
    const page = await open("/help");
    const names = await page.locator("kbd").allTextContents();
    expect(names).toEqual(keyRows.flatMap(({ keys }) => keys.map(shownKey)));
    const looks = await page.locator("td > .job").evaluateAll((jobs) => jobs.map((job) => job.className));
    expect(looks).toEqual(Object.values(statusLooks).map(({ button }) => `job ${button}`));

    const box = page.getByRole("checkbox", { name: "Single letters and signs work as keys" });
    expect(await box.isChecked()).toBe(true);
    await box.uncheck();
    await page.reload();
    expect(await box.isChecked()).toBe(false);
  });

  it("axe finds no problem on /help and on an error page", async () => {
    const page = await open("/help");
    expect(await axeFindings(page)).toEqual([]);
    await page.goto(`${server.url}/nothing`);
    expect(await page.title()).toBe("Not found · pulse-ingest");
    expect(await axeFindings(page)).toEqual([]);
  });

  it("the browser reports no problem, such as a header that it does not understand", async () => {
    const page = await chromium.server().newPage();
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await page.goto(`${server.url}/help`);
    expect(said).toEqual([]);
    await page.close();
  });

  it("can be read without JavaScript", async () => {
    const page = await open("/help", { javaScriptEnabled: false });
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Help");
    expect(await page.getByRole("status").count()).toBe(1);
    expect(await page.getByText("worker ready").isVisible()).toBe(true);
    await page.close();
  });

  it("the first Tab focuses the link that skips the header, and that link leads to the page's content", async () => {
    const page = await open("/help");
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to the page" });
    expect(await skip.evaluate((link) => link === document.activeElement)).toBe(true);
    expect((await skip.boundingBox())?.y).toBeGreaterThanOrEqual(0);
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
  });

  it("has no second scroll bar at 400 % zoom, which is 320 pixels", async () => {
    const page = await open("/help", { viewport: { width: 320, height: 256 } });
    const widths = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    expect(widths[0]).toBe(widths[1]);
    await page.close();
  });

  it("a long word on any page is broken, and does not make the page wider", async () => {
    const page = await open(`/?find=${"x".repeat(300)}`, { viewport: { width: 320, height: 256 } });
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Nothing found");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    await page.close();
  });

  it("an open page learns that the worker has a problem, and shows its first words", async () => {
    const page = await chromium.server().newPage();
    await page.clock.install();
    await page.goto(`${server.url}/help`);
    problems = ["store: <b>no answer</b> within 2000 ms", "spool: full"];
    await page.clock.fastForward(31_000);
    await page.getByText("store: <b>no answer</b> within 2000 ms").waitFor();
    problems = [];
    await page.close();
  });
});
