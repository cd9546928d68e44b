import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { BrowserContextOptions, Page, Route } from "playwright-core";
import { Unavailable } from "../../src/domain/faults.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { anArrival } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { until } from "../until.ts";
import { axeFindings } from "./axe.ts";
import { openBrowser } from "./browser.ts";
import { fillLargeGrid, LARGE_PROJECT } from "./large-grid.ts";
import { type PagesServer, pageSettings, startPagesServer } from "./pages-server.ts";

const chromium = await serverOrSkip(openBrowser);

const revisionOf = (letter: string): string => letter.repeat(40);
const shortOf = (letter: string): string => letter.repeat(12);

interface JobParts {
  readonly guid: string;
  readonly push: string;
  readonly symbol: string;
  readonly result?: "success" | "fail" | null;
  readonly group?: string;
  readonly platform?: string;
  readonly tier?: number;
  readonly project?: string;
  readonly name?: string;
}

/** Returns a job message as stored: completed with its result, or running if that is null. */
function job({ guid, push, symbol, result = "success", ...more }: JobParts) {
  const { group = "M", platform = "linux64", tier = 1, project = "try", name = `mochitest-${symbol}` } = more;
  const arrival = anArrival({
    taskId: guid,
    origin: { kind: "hg.mozilla.org", project, revision: revisionOf(push) },
    display: { jobName: name, jobSymbol: symbol, groupSymbol: group, groupName: `Group ${group}` },
    buildMachine: { platform, os: "linux", architecture: "x86_64" },
    runMachine: { platform, os: "linux", architecture: "x86_64" },
    labels: ["debug"],
    tier,
    ...(result === null ? { state: "running" } : { state: "completed", result }),
    timeScheduled: "2026-01-05T09:00:00Z",
    timeStarted: "2026-01-05T09:01:00Z",
    ...(result !== null && { timeCompleted: "2026-01-05T09:11:00Z" }),
  });
  // Pages receive what has changed since they last looked.
  return { ...arrival, received_at: new Date().toISOString() };
}

const push = (letter: string, seconds: number, project = "try") => ({
  project,
  received_at: "2026-01-05T10:00:00.000Z",
  resultSet: {
    ...{ revision: revisionOf(letter), author: `${letter}@example.org`, push_timestamp: seconds },
    revisions: [
      {
        revision: revisionOf(letter),
        author: "Some Person",
        comment: `Bug 1 - Push ${letter}`,
        repository: project,
      },
    ],
  },
});

chromium.describe("the grid", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulse-ingest-grid-page-"));
  let store: Store;
  let server: PagesServer;
  let isAway = false;

  beforeAll(async () => {
    store = await openSqliteStore(folder, 30);
    await store.storeResultSets([push("a", 1_790_000_000), push("b", 1_790_000_100)]);
    await store.storeSubmissions([
      ...["1", "2", "3", "4"].map((symbol) => job({ guid: `a${symbol}/0`, push: "a", symbol })),
      job({ guid: "abad/0", push: "a", symbol: "bc7", result: "fail" }),
      job({ guid: "aagain/0", push: "a", symbol: "bc7" }),
      job({ guid: "arun/0", push: "a", symbol: "R", group: "R", result: null, platform: "windowsxp" }),
      job({ guid: "athird/0", push: "a", symbol: "T", group: "T", tier: 3 }),
      ...["1", "2", "3"].map((symbol) => job({ guid: `b${symbol}/0`, push: "b", symbol })),
      job({ guid: "bbad/0", push: "b", symbol: "X", group: "?", result: "fail" }),
    ]);
    server = await startPagesServer(awayable(store), {
      settings: { ...pageSettings, PAGES_MAX_STREAMS: 20 },
    });
  });
  afterAll(async () => {
    await Promise.all([server.close(), chromium.server().close()]);
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** The same store, which is unavailable while `isAway` returns true. */
  function awayable(real: Store): Store {
    return new Proxy(real, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return (...given: unknown[]) =>
          isAway
            ? Promise.reject(new Unavailable("store", "switched off"))
            : Reflect.apply(member, target, given);
      },
    });
  }

  /** @param options - options of a new profile. Without them, the page that all tests share is used. */
  async function open(path: string, options?: BrowserContextOptions): Promise<Page> {
    const browser = chromium.server();
    const page = await (options === undefined ? browser.samePage() : browser.newPage(options));
    await page.goto(server.url + path);
    if (options?.javaScriptEnabled !== false) await page.locator("#grid[data-live]").waitFor();
    return page;
  }

  const rowOf = (page: Page, letter: string, platform: string) =>
    page.locator(`[data-push="${shortOf(letter)}"] tr`, { hasText: platform }).locator("td");

  /** Returns the text of the focused link. */
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent);

  describe("as the server renders it", () => {
    it("shows pushes, rows and closed groups, without a script", async () => {
      const page = await open("/projects/try", { javaScriptEnabled: false });
      expect(
        await page.locator(".push").evaluateAll((all) => all.map((each) => each.getAttribute("data-push"))),
      ).toEqual([shortOf("b"), shortOf("a")]);
      expect(await rowOf(page, "a", "Linux x64 debug").textContent()).toBe("M(bc7 bc7 +4)");
      expect(await rowOf(page, "b", "Linux x64 debug").textContent()).toBe("X M(+3)");
      expect(await page.locator(".push-counts").first().textContent()).toBe("1 failed- Complete -4 jobs");
      expect(await page.locator("a.passed-elsewhere").getAttribute("aria-label")).toMatch(
        /passed in another run/,
      );
      await page.close();
    });

    it("has filters and groups that work without a script", async () => {
      const page = await open("/projects/try", { javaScriptEnabled: false });
      await page.locator("#filter-text").fill("bc7 linux");
      await page.getByRole("checkbox", { name: "tier 3" }).check();
      await page.getByRole("button", { name: "Apply" }).click();
      await page.waitForURL(/text=bc7\+linux.*tier=3/);
      expect(await page.locator("a.job").count()).toBe(2);
      await page.goto(`${server.url}/projects/try`);
      await page
        .locator(`[data-push="${shortOf("a")}"] .group-symbol`)
        .first()
        .click();
      const group = rowOf(page, "a", "Linux x64 debug");
      await until(async () => (await group.textContent()) === "M(1 2 3 4 bc7 bc7)");
      await page.close();
    });

    it("shows one push by any form of its revision, and says where to look if there is none", async () => {
      const page = await open(`/projects/try/pushes/${revisionOf("a")}`, { javaScriptEnabled: false });
      expect(await page.locator(".push").count()).toBe(1);
      const answer = await page.goto(`${server.url}/projects/try/pushes/${shortOf("f")}`);
      expect(answer?.status()).toBe(404);
      expect(await page.locator('main a[href^="/publish"]').count()).toBe(1);
      const unknown = await page.goto(`${server.url}/projects/nothing`);
      expect(unknown?.status()).toBe(404);
      expect(await page.locator(".note").textContent()).toMatch(
        /^No push and no job of nothing has arrived yet/,
      );
    });

    it("names the filter that hides everything, and offers to show all jobs", async () => {
      const page = await open("/projects/try?text=nosuchjob", { javaScriptEnabled: false });
      expect(await page.locator(".hidden-jobs").first().textContent()).toBe(
        'All 4 jobs are hidden by the filter: text "nosuchjob", tier 1, 2. Show all jobs',
      );
      await page.goto(`${server.url}/projects/try?tier=none`);
      expect(await page.locator(".hidden-jobs").first().textContent()).toBe(
        "All 4 jobs are hidden by the filter: all tiers off. Show all jobs",
      );
      await page.locator(".hidden-jobs a").first().click();
      await until(async () => (await page.locator("a.job, a.count").count()) > 3);
      await page.close();
    });

    it("replaces characters in a filter that change the text direction with visible signs", async () => {
      const page = await open("/projects/try?text=%E2%80%AEx&platform=%E2%80%AEy", {
        javaScriptEnabled: false,
      });
      const words = await page.locator("main").textContent();
      expect(words).toMatch(/text "\\u202ex".*platform \\u202ey/);
      expect(words).not.toContain("\u202e");
      await page.close();
    });

    it("says so while the store is unavailable", async () => {
      isAway = true;
      const page = await chromium.server().samePage();
      const answer = await page.goto(`${server.url}/projects/try`);
      expect(answer?.status()).toBe(503);
      expect(await page.locator("main").textContent()).toMatch(/database cannot be reached/);
      isAway = false;
    });
  });

  describe("while it stays open", () => {
    it("shows a published job within 3 s", async () => {
      await store.storeResultSets([push("9", 1_790_000_100, "soon")]);
      await store.storeSubmissions([
        job({ guid: "seen/0", push: "9", symbol: "seen", group: "?", project: "soon" }),
      ]);
      const page = await open("/projects/soon");
      await page.locator("a.job", { hasText: /^seen$/ }).waitFor();
      let isSoon = false;
      // A busy machine may be late now and then, but not each time.
      for (let attempt = 1; attempt <= 5 && !isSoon; attempt++) {
        const symbol = `s${attempt}`;
        await store.storeSubmissions([
          job({ guid: `${symbol}/0`, push: "9", symbol, group: "?", project: "soon" }),
        ]);
        const shown = page.locator("a.job", { hasText: new RegExp(`^${symbol}$`) });
        isSoon = await shown.waitFor({ timeout: 3000 }).then(
          () => true,
          () => false,
        );
        await shown.waitFor();
      }
      expect(isSoon).toBe(true);
    });

    it("shows a published job pending, running and failed; the open group, focus and scroll position stay", async () => {
      await store.storeResultSets([push("c", 1_790_000_200, "live")]);
      await store.storeSubmissions(
        ["1", "2", "3"].map((symbol) => job({ guid: `c${symbol}/0`, push: "c", symbol, project: "live" })),
      );
      const page = await open("/projects/live", { viewport: { width: 1280, height: 200 } });
      await page.locator("a.group-symbol").click();
      const kept = page.locator("a.job", { hasText: /^2$/ });
      await kept.focus();
      await kept.evaluate((link) => link.setAttribute("data-kept", ""));
      await page.evaluate(() => window.scrollTo(0, 40));

      const fresh = page.locator("a.job", { hasText: /^new$/ });
      const freshJob = { guid: "cnew/0", push: "c", symbol: "new", project: "live" };
      for (const [result, look] of [
        [null, /btn-dkgray/],
        ["fail", /btn-orange/],
      ] as const) {
        await store.storeSubmissions([job({ ...freshJob, result })]);
        await until(async () => look.test((await fresh.getAttribute("class")) ?? ""));
      }
      expect(await page.locator("a.group-symbol").getAttribute("aria-expanded")).toBe("true");
      expect(await page.locator("a[data-kept]:focus").textContent()).toBe("2");
      expect(await page.evaluate(() => window.scrollY)).toBe(40);
      await until(async () => (await page.title()) === "(1) live · pulse-ingest");
      await until(
        async () => (await page.locator("#announcer").textContent()) === "1 job failed in push cccccccc.",
      );
      await page.close();
    });

    it("shows a push that nobody has submitted yet, and its details when they arrive", async () => {
      const page = await open("/projects/live");
      await store.storeSubmissions([job({ guid: "d/0", push: "d", symbol: "1", project: "live" })]);
      const section = page.locator(`[data-push="${shortOf("d")}"]`);
      await section.getByText("push details not received yet").waitFor();
      await store.storeResultSets([push("d", 1_790_000_300, "live")]);
      await section.getByText("d@example.org").waitFor();
    });

    it("says how old it is while the store is unavailable, and continues when it is back", async () => {
      const page = await open("/projects/live");
      isAway = true;
      await page.getByText(/The database cannot be reached. What is shown is as of/).waitFor();
      isAway = false;
      await page.locator("#live-note").waitFor({ state: "hidden" });
    });

    it.each(["pushes", "cells"])("requests its %s again if it gets none at first", async (what) => {
      const page = await chromium.server().newPage();
      let asked = 0;
      await page.route(`**/api/projects/try/${what}?*`, (route) => {
        asked += 1;
        return asked > 1 ? route.continue() : route.fulfill({ status: 503, json: { detail: "Away." } });
      });
      await page.goto(`${server.url}/projects/try`);
      await page.getByText("Away. Trying again …").waitFor();
      await page.keyboard.press("u");
      expect(await page.getByText(/has arrived yet/).count()).toBe(0);
      await until(async () => (await page.locator("a.job").count()) === 2);
      await page.locator("#live-note").waitFor({ state: "hidden" });
      await page.close();
    });

    it("also follows older pushes that were added below", async () => {
      const letters = [..."0123456789f"];
      const inOld = (letter: string, symbol: string) =>
        job({ guid: `${letter}${symbol}/0`, push: letter, symbol, group: "?", project: "old" });
      await store.storeResultSets(letters.map((letter, place) => push(letter, 1_790_000_000 - place, "old")));
      await store.storeSubmissions([inOld("f", "1")]);
      const page = await open("/projects/old");
      await page.locator("#older-pushes").click();
      const row = rowOf(page, "f", "Linux x64 debug");
      await row.getByText("1", { exact: true }).waitFor();
      await store.storeSubmissions([inOld("f", "2")]);
      await row.getByText("2", { exact: true }).waitFor();
    });

    it("misses no change of an older push while the others are read", async () => {
      const letters = [..."0123456789ef"];
      const inLate = (letter: string, symbol: string) =>
        job({ guid: `${letter}${symbol}/0`, push: letter, symbol, group: "?", project: "late" });
      await store.storeResultSets(
        letters.map((letter, place) => push(letter, 1_790_000_000 - place, "late")),
      );
      await store.storeSubmissions(["0", "e", "f"].map((letter) => inLate(letter, "1")));
      const page = await open("/projects/late");
      const symbol = (letter: string, text: string) =>
        rowOf(page, letter, "Linux x64 debug").getByText(text, { exact: true });
      await symbol("0", "1").waitFor();
      const hold = async (route: Route): Promise<void> => {
        await store.storeSubmissions([inLate("e", "2")]);
        // Another reader looks at the push, so the server knows of the change.
        await fetch(`${server.url}/api/projects/late/cells?push=${revisionOf("e")}`);
        await store.storeSubmissions([inLate("0", "2")]);
        await symbol("0", "2").waitFor();
        await route.continue();
      };
      await page.route(`**/cells?push=${shortOf("f")}*`, hold, { times: 1 });
      await page.locator("#older-pushes").click();
      await symbol("f", "1").waitFor();
      await symbol("e", "2").waitFor();
    });

    it("polls every minute, and says so, if all streams are taken", async () => {
      const small = await startPagesServer(store, { settings: { ...pageSettings, PAGES_MAX_STREAMS: 0 } });
      const page = await chromium.server().samePage();
      await page.goto(`${small.url}/projects/try`);
      await page.getByText(/Changes come once a minute/).waitFor();
      await small.close();
    });
  });

  describe("its view", () => {
    it("is in the address: back and forward restore it, and a new profile shows the same", async () => {
      const page = await open("/projects/try", {});
      await page.locator("#filter-text").pressSequentially("bc7");
      await until(async () => (await page.locator("a.job").count()) === 2);
      await page.keyboard.press("Enter");
      await page.keyboard.press("u");
      await until(async () => (await page.locator("a.job").count()) === 1);
      // The address changes after the browser has drawn the view.
      await page.waitForURL(/text=bc7&status=unclassified$/);
      const address = page.url();

      const fresh = await open(address.slice(server.url.length), {});
      expect(await fresh.locator("a.job").evaluateAll((all) => all.map((each) => each.textContent))).toEqual([
        "bc7",
      ]);
      expect(await fresh.locator("#filter-text").inputValue()).toBe("bc7");
      await fresh.close();

      await page.goBack();
      await until(async () => (await page.locator("a.job").count()) === 2);
      await page.goBack();
      await until(async () => (await page.locator("a.count").count()) > 0);
      await until(async () => (await page.locator("#filter-text").inputValue()) === "");
      await page.goForward();
      await until(async () => (await page.locator("#filter-text").inputValue()) === "bc7");
      await page.close();
    });

    it("with a job shows the job above its panel, in its open group", async () => {
      const page = await open("/projects/try?job=a3%2F0", { viewport: { width: 1280, height: 420 } });
      const selected = page.locator('a.job[aria-current="true"]');
      expect(await selected.textContent()).toBe("3");
      await page.locator("#grid-job .job-panel").waitFor();
      const [job, panel, filter] = await Promise.all(
        [selected, page.locator("#panel-place"), page.locator("#filter-place")].map((place) =>
          place.boundingBox(),
        ),
      );
      expect((job?.y ?? 0) + (job?.height ?? 0)).toBeLessThan(panel?.y ?? 0);
      expect(job?.y).toBeGreaterThan((filter?.y ?? 0) + (filter?.height ?? 0));
      await page.keyboard.press("Escape");
      expect(await page.locator("#panel-place").isVisible()).toBe(false);
      await page.close();
    });

    it("is changed in place by its links and the tier checkboxes", async () => {
      const page = await open("/projects/try");
      await page.evaluate(() => document.body.setAttribute("data-same", ""));
      await page.getByRole("link", { name: "Failures 2" }).click();
      await until(async () => (await page.locator("a.job").count()) === 2);
      await page.getByRole("link", { name: "remove: failures" }).click();
      await page.getByRole("checkbox", { name: "tier 3" }).check();
      await page.getByRole("link", { name: /^mochitest-T/ }).waitFor();
      await page.getByRole("link", { name: "Windows XP debug" }).click();
      await until(async () => (await page.locator(".jobs tr").count()) === 1);
      expect(await page.locator("body[data-same]").count()).toBe(1);
    });
  });

  describe("by keyboard", () => {
    let page: Page;
    beforeEach(async () => {
      page = await open("/projects/try");
    });

    const shownJobs = () => page.locator("a.job, a.count").allTextContents();
    const selected = () => page.locator('a.job[aria-current="true"]').allTextContents();
    /** A key's effect is drawn a little later. */
    const untilTexts = (texts: () => Promise<string[]>, expected: readonly string[]) =>
      until(async () => (await texts()).join() === expected.join(), `the texts ${expected}`);
    const untilFocused = (on: Page, text: string) =>
      until(async () => (await focused(on)) === text, `the focus at ${text}`);

    it("j and n select the next unclassified failure, k and p the previous one", async () => {
      await page.keyboard.press("j");
      await untilTexts(selected, ["X"]);
      await page.keyboard.press("n");
      await untilTexts(selected, ["bc7"]);
      await page.keyboard.press("k");
      await untilTexts(selected, ["X"]);
      await page.keyboard.press("n");
      await untilTexts(selected, ["bc7"]);
      await page.keyboard.press("p");
      await untilTexts(selected, ["X"]);
      await page.waitForURL(/job=bbad%2F0/);
    });

    it("arrow keys move among the jobs, and Enter opens one", async () => {
      await page.keyboard.press("j");
      await page.keyboard.press("ArrowRight");
      await untilFocused(page, "M");
      await page.keyboard.press("ArrowRight");
      await untilFocused(page, "+3");
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      await untilFocused(page, "X");
      await page.keyboard.press("Escape");
      await untilTexts(selected, []);
      await untilFocused(page, "X");
      await page.keyboard.press("Enter");
      await untilTexts(selected, ["X"]);
      await page.keyboard.press("Escape");
    });

    it("Tab moves from push to push, and keeps its position in each", async () => {
      await page.keyboard.press("j");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Tab");
      expect(
        await page.evaluate(() => document.activeElement?.closest("[data-push]")?.getAttribute("data-push")),
      ).toBe(shortOf("a"));
      await page.keyboard.press("Shift+Tab");
      await untilFocused(page, "X");
    });

    it("up and down move between platforms", async () => {
      await page
        .locator(`[data-push="${shortOf("a")}"] a.job`)
        .first()
        .focus();
      await page.keyboard.press("ArrowDown");
      expect(
        await page.evaluate(() => document.activeElement?.closest("tr")?.querySelector("th")?.textContent),
      ).toBe("Windows XP debug");
      await page.keyboard.press("ArrowUp");
      expect(await focused(page)).toMatch(/bc7|M/);
    });

    it("u shows only unclassified failures, i hides what is in progress, x opens all groups", async () => {
      const before = await shownJobs();
      await page.keyboard.press("u");
      await untilTexts(shownJobs, ["X", "bc7"]);
      await page.keyboard.press("u");
      await page.keyboard.press("i");
      await untilTexts(
        shownJobs,
        before.filter((text) => text !== "R"),
      );
      await page.keyboard.press("i");
      await page.keyboard.press("x");
      await page.locator("a.count").waitFor({ state: "detached" });
      await page.keyboard.press("x");
      await untilTexts(shownJobs, before);
    });

    it("after x, groups can be closed one by one; opening a count moves the focus to its group", async () => {
      const group = page.locator(`[data-push="${shortOf("b")}"] a.group-symbol`);
      await page.keyboard.press("x");
      await group.press("Enter");
      expect(await group.getAttribute("aria-expanded")).toBe("false");
      expect(await page.locator("a.count").allTextContents()).toEqual(["+3"]);
      await page.locator("a.count").press("Enter");
      await page.locator("a.count").waitFor({ state: "detached" });
      await untilFocused(page, "M");
      await page.keyboard.press("x");
    });

    it("closing a job moves the focus to it, or to its group", async () => {
      const other = await open("/projects/try?job=a3%2F0", {});
      await other.locator("#grid-job .job-panel").waitFor();
      await other.getByRole("link", { name: "close the job" }).press("Enter");
      await untilFocused(other, "M");
      await other.getByRole("link", { name: /testfailed.*bc7$/ }).click();
      await other.locator('a[data-tab="history"]').click();
      await other.keyboard.press("Escape");
      await untilFocused(other, "bc7");
      await other.close();
    });

    it("the arrow keys scroll a focused table of the panel", async () => {
      const other = await open("/projects/try?job=abad%2F0&tab=history", {
        viewport: { width: 320, height: 700 },
      });
      const table = other.locator(".wide-table").first();
      await table.focus();
      await other.keyboard.press("ArrowRight");
      await until(() => table.evaluate((each) => each.scrollLeft > 0));
      expect(await table.evaluate((each) => each === document.activeElement)).toBe(true);
      await other.close();
    });

    it("f moves to the filter, where letters are typed; Enter returns, Ctrl+Shift+F clears it", async () => {
      await page.keyboard.press("f");
      await page.keyboard.type("bc7 jnkp");
      expect(await page.locator("#filter-text").inputValue()).toBe("bc7 jnkp");
      expect(await selected()).toEqual([]);
      await page.keyboard.press("Enter");
      await page.keyboard.press("Control+Shift+F");
      expect(await page.locator("#filter-text").inputValue()).toBe("");
      expect((await shownJobs()).length).toBeGreaterThan(4);
    });

    it("t shows the next tab of the job, Shift+L its raw log in a new tab, l its log", async () => {
      const arrival = job({ guid: "keys/0", push: "e", symbol: "K", result: "fail", project: "keys" });
      const logs = [{ name: "other_log", url: `${server.url}/help`, parse_status: "parsed" }] as const;
      await store.storeSubmissions([{ ...arrival, submission: { ...arrival.submission, logs } }]);
      const other = await open("/projects/keys", {});
      await other.keyboard.press("n");
      await other.locator("#grid-job .job-panel").waitFor();
      await other.keyboard.press("t");
      await other.waitForURL(/tab=details/);
      await other.locator(".job-tab-details").waitFor();
      const opened = other.context().waitForEvent("page");
      await other.keyboard.press("Shift+L");
      expect((await opened).url()).toBe(`${server.url}/help`);
      await (await opened).close();
      await other.keyboard.press("l");
      await other.waitForURL(/\/log\?project=keys&guid=keys%2F0$/);
      await other.close();
    });

    it("single-key shortcuts do nothing while they are switched off", async () => {
      await page.evaluate(() => localStorage.setItem("single-keys", "off"));
      await page.keyboard.press("u");
      expect((await shownJobs()).length).toBeGreaterThan(4);
      await page.evaluate(() => localStorage.removeItem("single-keys"));
    });

    it("? opens the help", async () => {
      const other = await open("/projects/try");
      await other.keyboard.press("?");
      await other.waitForURL("**/help");
    });
  });

  describe("accessibility", () => {
    it("axe finds no problem, with and without a job, and on the front page", async () => {
      const page = await open("/projects/try?status=-success&tier=1%2C2%2C3");
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press("n");
      await page.locator("#grid-job .job-panel").waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.goto(server.url);
      expect(await axeFindings(page)).toEqual([]);
    });

    it("the search box does not hide the text next to the worker's status light", async () => {
      const page = await open("/projects/try", { viewport: { width: 961, height: 400 } });
      const words = page.locator(".worker-light .words");
      expect(await words.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
      await page.close();
    });

    it.each([720, 850, 1000])("the header never hides the filter, %i pixels wide", async (width) => {
      const page = await open("/projects/try?status=-progress&platform=linux64", {
        viewport: { width, height: 300 },
      });
      await page.evaluate(() => window.scrollTo(0, 100));
      const field = page.locator("#filter-text");
      const isOnTop = await field.evaluate((each) => {
        const { left, top } = each.getBoundingClientRect();
        return document.elementFromPoint(left + 5, top + 2) === each;
      });
      expect(isOnTop).toBe(true);
      await page.close();
    });

    it("has no second scroll bar at 400 % zoom, and distinguishes failures by more than colour", async () => {
      const page = await open("/projects/try", {
        viewport: { width: 320, height: 256 },
        forcedColors: "active",
      });
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
      const borders = await page
        .locator("a.job")
        .evaluateAll((all) => all.map((each) => [each.className, getComputedStyle(each).borderTopWidth]));
      expect(borders.filter(([name]) => name?.includes("btn-orange")).map(([, width]) => width)).toEqual([
        "2px",
        "2px",
      ]);
      await page.close();
    });
  });

  describe("with 10,000 jobs in 10 pushes", () => {
    beforeAll(() => fillLargeGrid(store), 180_000);

    it("draws the visible pushes, and lets the browser draw the others when they are needed", async () => {
      const page = await open(`/projects/${LARGE_PROJECT}`);
      expect(await page.locator(".push").count()).toBe(10);
      const skipped = await page
        .locator(".push")
        .evaluateAll((all) =>
          all.filter((each) => !each.querySelector(".job")?.checkVisibility({ contentVisibilityAuto: true })),
        );
      expect(skipped.length).toBeGreaterThan(5);
    });
  });

  describe("the front page and old addresses", () => {
    it("lists the projects, the newest push first", async () => {
      const page = await chromium.server().samePage();
      await page.goto(server.url);
      const projects = await page.locator("a.project-link").allTextContents();
      expect(projects).toEqual(expect.arrayContaining(["live", "try"]));
      expect(projects.indexOf("live")).toBeLessThan(projects.indexOf("try"));
    });

    it.each([
      ["try", "/projects/try"],
      [revisionOf("a").slice(0, 20), `/projects/try/pushes/${shortOf("a")}`],
      [revisionOf("a").toUpperCase(), `/projects/try/pushes/${shortOf("a")}`],
      ["abad", "/job?project=try&guid=abad%2F0"],
    ])("the box finds %s", async (text, path) => {
      const answer = await fetch(`${server.url}/?find=${text}`, { redirect: "manual" });
      expect([answer.status, answer.headers.get("location")]).toEqual([302, path]);
    });

    it("the box says so if it finds nothing, and leads to the reason", async () => {
      const page = await chromium.server().samePage();
      expect((await page.goto(`${server.url}/?find=nosuch`))?.status()).toBe(404);
      expect(
        await page.getByRole("link", { name: /Why is the task nosuch missing/ }).getAttribute("href"),
      ).toBe("/publish?task=nosuch");
    });

    it("links of the original site lead to the same push and log", async () => {
      const page = await chromium.server().samePage();
      await page.goto(`${server.url}/#/jobs?repo=try&revision=${shortOf("a")}`);
      await page.waitForURL(`**/projects/try/pushes/${shortOf("a")}`);
      const number = (await store.findJob("try", "abad/0"))?.job.rest_id;
      const answer = await fetch(`${server.url}/logviewer.html?job_id=${number}&repo=try`, {
        redirect: "manual",
      });
      expect(answer.headers.get("location")).toBe("/log?project=try&guid=abad%2F0");
      await page.goto(`${server.url}/logviewer.html#?job_id=${number}&repo=try#L10-L20`);
      await page.waitForURL(/\/log\?project=try&guid=abad%2F0.*#L10-L20$/);
    });
  });
});
