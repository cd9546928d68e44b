import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import { Unavailable } from "../../src/domain/faults.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { jobAddress } from "../../src/web/addresses.ts";
import {
  addressAttributes,
  htmlElements,
  plainAttributes,
  svgAttributes,
  svgElements,
} from "../../src/web/client/raw-html-lists.ts";
import { tabNames, tabTitles } from "../../src/web/job/job-tabs.ts";
import { anArrival, aPostedArtifact } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { until } from "../until.ts";
import { axeFindings } from "./axe.ts";
import { openBrowser } from "./browser.ts";
import { type PagesServer, pageSettings, startPagesServer } from "./pages-server.ts";

jest.setTimeout(180_000);
const chromium = await serverOrSkip(openBrowser);

const folder = mkdtempSync(join(tmpdir(), "job-page-"));
let store: Store;
let server: PagesServer;
let isStoreAway = false;

interface Detail {
  readonly content_type?: string;
  readonly title: string;
  readonly value: string;
  readonly url?: string;
}

const rawHtml = (title: string, value: string): Detail => ({ content_type: "raw_html", title, value });
const artifact = (name: string, blob: unknown) => ({ name, type: "json", blob });

/** Stores a completed job with these details. */
async function storeDetails(taskId: string, job_details: readonly Detail[]): Promise<void> {
  const extra = { artifacts: [artifact("Job Info", { job_details })] };
  await store.storeSubmissions([anArrival({ taskId, extra })]);
}

/** A job that failed in two lines, one of which occurs twice. */
const failing = {
  taskId: "failing/0",
  result: "fail",
  timeScheduled: "2016-07-01T10:00:00Z",
  timeStarted: "2016-07-01T10:01:00Z",
  timeCompleted: "2016-07-01T10:23:00Z",
  logs: [{ name: "buildbot_text", url: "http://logs.example/log.gz" }],
  jobInfo: { links: [{ label: "task", linkText: "Inspect Task", url: "https://tasks.example/failing" }] },
  extra: {
    artifacts: [
      { name: "odd" },
      artifact("text_log_summary", {
        step_data: {
          steps: [],
          all_errors: [
            { line: "TEST-FAIL | a/test_x.js | boom", linenumber: 8812 },
            { line: "TEST-FAIL | a/test_x.js | boom", linenumber: 9120 },
            { line: "Return code: 1", linenumber: 9121 },
          ],
        },
      }),
      artifact("Bug suggestions", [
        ...[1, 2].map(() => ({
          search: "TEST-FAIL | a/test_x.js | boom",
          bugs: {
            open_recent: [{ id: 1234567, summary: "Intermittent test_x.js", resolution: "" }],
            all_others: [{ id: 42, summary: "old", resolution: "WONTFIX" }],
          },
        })),
        { search: "Return code: 1", bugs: { open_recent: [], all_others: [] } },
      ]),
      artifact("performance_data", {
        performance_data: {
          framework: { name: "talos" },
          suites: [{ name: "tp5", value: 12.5, subtests: [] }],
        },
      }),
    ],
  },
};

beforeAll(async () => {
  store = await openSqliteStore(folder, 30);
  await store.storeSubmissions([
    anArrival(failing),
    ...["waiting/0", "waiting/1"].map((taskId) =>
      anArrival({ taskId, result: "fail", logs: [{ name: "buildbot_text", url: "http://l.example/" }] }),
    ),
  ]);
  await storeDetails("seed/0", [
    { content_type: "text", title: "A text", value: "1 < 2 & <b>plain</b>" },
    { content_type: "link", title: "A link", value: "the site", url: "https://www.example.org/?a=1&b=2" },
    rawHtml("Some HTML", "This is <strong>cool</strong>"),
  ]);
  const fickle = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return async (...given: unknown[]) => {
        if (isStoreAway) throw new Unavailable("store", "connection refused");
        return member.apply(target, given);
      };
    },
  });
  server = await startPagesServer(fickle);
});

afterAll(async () => {
  await server.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  if (chromium.describe === describe) await chromium.server().close();
});

type Options = Parameters<ReturnType<typeof chromium.server>["newPage"]>[0];

/**
 * Opens the page of a job, and waits for its script.
 * @param options - options of a new profile. Without them, the page that all tests share is used.
 */
async function openJob(guid: string, tab?: string, options?: Options): Promise<Page> {
  const browser = chromium.server();
  const page = await (options === undefined ? browser.samePage() : browser.newPage(options));
  await page.goto(server.url + jobAddress({ project: "try", guid, ...(tab !== undefined && { tab }) }));
  // The server writes UTC, and the script uses the reader's time zone.
  if (options?.javaScriptEnabled !== false) await page.waitForSelector(".job-panel[data-zone=local]");
  return page;
}

/** Returns the text of the only matching element, as a reader sees it. */
function textOf(place: Page | Locator, selector: string): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: spaces and lines matter, and what is hidden does not count
  return place.locator(selector).innerText();
}

chromium.describe("the page of a job", () => {
  it("shows Job Info with exactly the markup that publishers know", async () => {
    const page = await openJob("seed/0", "details");
    const items = await page
      .locator(".job-info li")
      .evaluateAll((list) => list.map((each) => each.innerHTML));
    expect(items.slice(0, 2)).toEqual([
      'A link: <a title="the site" href="https://www.example.org/?a=1&amp;b=2" target="_blank">the site</a>',
      "<label>A text</label><span>1 &lt; 2 &amp; &lt;b&gt;plain&lt;/b&gt;</span>",
    ]);
    const raw = page.locator(".job-info li").nth(2);
    expect(await textOf(raw, "label")).toBe("Some HTML");
    const html = raw.locator("[data-raw-html]");
    expect(await html.evaluate((place) => place.shadowRoot?.innerHTML)).toBe("This is <strong>cool</strong>");
    expect(await html.locator("strong").evaluate((bold) => getComputedStyle(bold).fontWeight)).toBe("700");
    expect(await raw.locator("label").evaluate((label) => getComputedStyle(label, "::after").content)).toBe(
      '": "',
    );
  });

  it("keeps every element and attribute that publishers may use", async () => {
    const inTable =
      "<table><caption>c</caption><colgroup><col></colgroup><thead><tr><th>h</thead><tbody><tr><td>d</tbody><tfoot></table>";
    const apart = ["caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"];
    const svg = svgElements.filter((name) => name !== "svg");
    const details = [
      inTable,
      ...htmlElements.filter((name) => !apart.includes(name)).map((name) => `<${name}></${name}>`),
      ...svg.map((name) => `<svg><${name}></${name}></svg>`),
      ...plainAttributes.filter((name) => name !== "target").map((name) => `<i ${name}="javascript">x</i>`),
      ...svgAttributes.map((name) => `<svg ${name}="1 2"></svg>`),
      ...["href", "cite", "longdesc", "usemap"].map((name) => `<i ${name}="mailto:a@b">x</i>`),
      '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="dot">',
      '<img src="https://evil.example/p.png" alt="a chart"> <em class="testfail">1</em>',
      '<a href="ftp://h/" target="self">f</a><a href="tel:1">t</a><a href="file:///x">l</a><a href="irc://h">no</a>',
    ];
    await storeDetails(
      "allowed/0",
      details.map((value, n) => rawHtml(`${n}`.padStart(3, "0"), value)),
    );
    const page = await openJob("allowed/0", "details");
    await page.waitForFunction(() => document.querySelector("[data-raw-html]")?.shadowRoot != null);
    const shown = await page.locator("[data-raw-html]").evaluateAll((list) =>
      list.map((place) => {
        const all = [...(place.shadowRoot?.querySelectorAll("*") ?? [])];
        return {
          names: all.map(({ localName }) => localName.toLowerCase()),
          attributes: all.flatMap((each) => each.getAttributeNames()).map((name) => name.toLowerCase()),
        };
      }),
    );
    const names = new Set(shown.flatMap((each) => each.names));
    expect([...htmlElements, ...svgElements].filter((name) => !names.has(name))).toEqual([]);
    const kept = new Set(shown.flatMap((each) => each.attributes));
    const wanted = [
      ...addressAttributes.filter((name) => name !== "background"),
      ...plainAttributes,
      ...svgAttributes,
    ];
    expect(wanted.filter((name) => !kept.has(name))).toEqual([]);
    const last = (back: number) => page.locator("[data-raw-html]").nth(details.length - back);
    const htmlOf = (back: number) => last(back).evaluate((place) => place.shadowRoot?.innerHTML);
    expect(await htmlOf(2)).toBe(
      '<a href="https://evil.example/p.png" target="_blank">[image: a chart]</a> <em class="testfail">1</em>',
    );
    expect(
      await last(2)
        .locator("em")
        .evaluate((em) => getComputedStyle(em).color),
    ).toBe("rgb(161, 2, 14)");
    expect(await htmlOf(1)).toBe(
      '<a href="ftp://h/" target="_blank">f</a><a href="tel:1" target="_blank">t</a><a href="file:///x" target="_blank">l</a><a>no</a>',
    );
  });

  it("loads images from other hosts only if the operator allows it, and sends those hosts no referrer", async () => {
    await storeDetails("picture/0", [
      rawHtml("p", '<img src="https://pictures.example/p.png" alt="a chart">'),
    ]);
    const settings = { ...pageSettings, PAGES_REMOTE_IMAGES: true };
    const other = await startPagesServer(store, { settings });
    const page = await chromium.server().newPage();
    const referrers: (string | undefined)[] = [];
    await page.route("https://pictures.example/**", async (route) => {
      referrers.push((await route.request().allHeaders())["referer"]);
      await route.abort();
    });
    for (const { url } of [server, other]) {
      await page.goto(`${url}${jobAddress({ project: "try", guid: "picture/0", tab: "details" })}`);
      await page.waitForFunction(() => document.querySelector("[data-raw-html]")?.shadowRoot != null);
      await page.waitForTimeout(200);
    }
    await until(() => referrers.length > 0);
    expect(referrers).toEqual([undefined]);
    expect(await page.locator("[data-raw-html] img").getAttribute("alt")).toBe("a chart");
    await page.close();
    await other.close();
  });

  it("shows each error line once, with its bugs, its count and links to its lines", async () => {
    const page = await openJob("failing/0");
    expect(new URL(page.url()).searchParams.get("tab")).toBe(null);
    const first = page.locator(".failure-lines > li").first();
    expect(await textOf(first, ".failure-line")).toBe("TEST-FAIL | a/test_x.js | boom ×2 L8812 L9120");
    const line = first.getByRole("link", { name: "L9120" });
    expect(await line.getAttribute("href")).toBe("/log?project=try&guid=failing%2F0&log=buildbot_text#L9120");
    const bug = first.getByRole("link", { name: "1234567" });
    expect(await bug.getAttribute("href")).toBe("https://bugzilla.mozilla.org/show_bug.cgi?id=1234567");
    expect(await textOf(bug, "strong")).toBe("test_x.js");
    const closed = first.getByRole("link", { name: "42" });
    expect(await closed.isVisible()).toBe(false);
    await first.getByText("Show / hide 1 closed or older bug").click();
    expect(await closed.isVisible()).toBe(true);
    expect(await closed.getAttribute("title")).toBe("WONTFIX");
    expect(await textOf(page, ".failure-lines > li:nth-child(2)")).toContain("no bug is known for this line");
    expect(await textOf(page, ".refused-parts")).toContain('artifact 1: "odd" has no type');
  });

  it("describes the job on the left, in the reader's time zone", async () => {
    const page = await openJob("failing/0", undefined, { timezoneId: "America/New_York" });
    const summary = `${await textOf(page, ".job-result")}\n${await textOf(page, ".job-facts")}`;
    for (const text of [
      "Result: testfailed",
      "State: completed",
      "Job: unknown opt Tests Mochitest T(M3)",
      "Requested: Fri Jul 1, 06:00:00",
      "Duration: 22 minutes",
      "Log parsing status: parsed",
    ]) {
      expect(summary).toContain(text);
    }
    const task = page.locator(".job-facts").getByRole("link", { name: "Inspect Task" });
    expect(await task.getAttribute("href")).toBe("https://tasks.example/failing");
    expect(await page.locator("time").first().getAttribute("title")).toBe("2016-07-01 10:00:00 UTC");
    await page.close();
  });

  it("changes tabs without loading, and the browser's back button returns to the last tab", async () => {
    const page = await openJob("failing/0");
    await page.evaluate(() => document.body.setAttribute("data-same", ""));
    await page.getByRole("link", { name: "Performance 1" }).click();
    expect(await textOf(page, ".job-tab")).toContain("12.5");
    await page.getByRole("link", { name: "History" }).click();
    await page.waitForURL(/tab=history/);
    expect(await textOf(page, ".job-tab")).toContain("pulse-ingest explain --project try failing/0");
    await page.goBack();
    await page.waitForSelector(".job-tab-performance");
    expect(await page.locator("body").getAttribute("data-same")).toBe("");
  });

  it("says that it is loading another job if that takes long, and drops an answer that arrives too late", async () => {
    const page = await openJob("failing/0", undefined, {});
    let answer = (): void => undefined;
    const isAnswered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route(/guid=seed/, async (route) => {
      await isAnswered;
      // By then the page has cancelled the request.
      await route.continue().catch(() => undefined);
    });
    const goTo = (guid: string) =>
      page.evaluate(
        (address) => {
          history.pushState(null, "", address);
          window.dispatchEvent(new PopStateEvent("popstate"));
        },
        jobAddress({ project: "try", guid }),
      );
    await goTo("seed/0");
    await page.getByText("Reading the job …").waitFor();
    await goTo("waiting/1");
    await page.locator(".job-facts").getByText("waiting/1").waitFor();
    answer();
    await page.waitForTimeout(500);
    expect(await textOf(page, ".job-facts")).toContain("Task: waiting/1");
    await page.close();
  });

  it("shows the summary of a log as soon as it exists", async () => {
    const page = await chromium.server().newPage();
    await page.clock.install();
    await page.goto(server.url + jobAddress({ project: "try", guid: "waiting/0" }));
    await page.waitForSelector(".job-panel[data-zone=local]");
    expect(await textOf(page, ".job-tab")).toContain("Log parsing in progress.");
    const steps = [{ name: "run tests", result: "testfailed", finished_linenumber: 99 }];
    const blob = JSON.stringify({ step_data: { all_errors: [], steps } });
    const summary = { name: "text_log_summary", type: "json", blob };
    await store.storeArtifacts([
      aPostedArtifact({ job_guid: "waiting/0", artifact: summary, summary_of: "buildbot_text" }),
    ]);
    await page.clock.runFor(5500);
    await page.waitForSelector(".failed-steps");
    expect(await textOf(page, ".job-tab")).toContain("run tests : testfailed. log");
    await page.close();
  });

  it("keeps its content while the database is unavailable, and says how old it is", async () => {
    const page = await chromium.server().newPage();
    await page.clock.install();
    await page.goto(server.url + jobAddress({ project: "try", guid: "waiting/1" }));
    await page.waitForSelector(".job-panel[data-zone=local]");
    isStoreAway = true;
    try {
      await page.clock.runFor(5500);
      await page.waitForSelector(".note-trouble");
      expect(await textOf(page, ".note-trouble")).toMatch(
        /The database cannot be reached. What is shown is as of \d/,
      );
      expect(await textOf(page, ".job-result")).toContain("State: completed");
    } finally {
      isStoreAway = false;
    }
    await page.clock.runFor(11_000);
    await page.waitForSelector(".note-trouble", { state: "detached" });
    await page.close();
  });

  it("says so if the job is gone, and leads to where its message can be searched for", async () => {
    const page = await chromium.server().samePage();
    const answer = await page.goto(server.url + jobAddress({ project: "try", guid: "gone/0" }));
    expect(answer?.status()).toBe(404);
    expect(await textOf(page, "main")).toContain("The project try has no job with the guid gone/0.");
    const look = page.getByRole("link", { name: "See how far it has come" });
    expect(await look.getAttribute("href")).toBe("/publish?task=gone%2F0");
    await page.goto(server.url + jobAddress({ project: "try", guid: "failing" }));
    expect(await page.getByRole("link", { name: "failing/0" }).getAttribute("href")).toBe(
      jobAddress({ project: "try", guid: "failing/0" }),
    );
  });

  it("shows signs instead of characters that control or turn the text", async () => {
    const value = "a\u202eb\u0007c";
    const display = { jobName: "x\u202ey", jobSymbol: "M", groupSymbol: "T" };
    const job_details = [{ title: "t\u2066", value }];
    const extra = { artifacts: [artifact("Job Info", { job_details })] };
    await store.storeSubmissions([anArrival({ taskId: "turned/0", display, extra })]);
    const page = await openJob("turned/0", "details");
    const signsIn = async (): Promise<string[]> =>
      [...(await page.content())].filter((character) => "\u202e\u2066\u0007".includes(character));
    expect(await signsIn()).toEqual([]);
    expect(await textOf(page, ".job-info li")).toContain("a\\u202eb\\u0007c");
    expect(await textOf(page, "h1")).toContain("x\\u202ey");
    await page.goto(server.url + jobAddress({ project: "\u202etry", guid: "turned/0" }));
    expect(await signsIn()).toEqual([]);
    expect(await textOf(page, "header .project")).toBe("\\u202etry");
  });

  it("works without JavaScript: each tab by its link, and HTML as text", async () => {
    const page = await openJob("seed/0", undefined, { javaScriptEnabled: false });
    for (const name of tabNames) {
      await page.getByRole("navigation", { name: "About this job" }).getByText(tabTitles[name]).click();
      expect(await textOf(page, `.job-tab-${name}`)).not.toBe("");
    }
    await page.getByRole("link", { name: "Details" }).click();
    expect(await textOf(page, "[data-raw-html]")).toBe("This is <strong>cool</strong>");
    await page.close();
  });

  it("offers each whole artifact as a text to save", async () => {
    const address = `${server.url}/job/artifact?project=try&guid=failing/0&name=Bug%20suggestions`;
    const answer = await fetch(address);
    expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="Bug_suggestions.txt"');
    expect(await answer.json()).toHaveLength(3);
    expect((await fetch(`${server.url}/job/artifact?project=try&guid=failing/0&name=no`)).status).toBe(404);
    expect((await fetch(`${server.url}/api/job?project=try`)).status).toBe(400);
  });

  it("is accessible, tab by tab", async () => {
    const page = await openJob("failing/0");
    for (const name of tabNames) {
      await page.locator(`a[data-tab=${name}]`).click();
      expect([name, await axeFindings(page)]).toEqual([name, []]);
    }
  });

  it("needs no sideways scrolling at 400 % zoom, except within tables", async () => {
    const page = await openJob("failing/0", undefined, { viewport: { width: 320, height: 256 } });
    for (const name of tabNames) {
      await page.locator(`a[data-tab=${name}]`).click();
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([name, width]).toEqual([name, 320]);
    }
    await page.close();
  });
});
