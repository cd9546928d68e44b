import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { Unavailable } from "../../src/domain/faults.ts";
import { type LogCache, openLogCache } from "../../src/logs/cache/log-cache.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { answer, type LogHost, startLogHost } from "../doubles/log-host.ts";
import { workHere } from "../doubles/text-work.ts";
import { anArrival } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { until } from "../until.ts";
import { axeFindings } from "./axe.ts";
import { openBrowser } from "./browser.ts";
import { heapBytes, jumpMs, timedJson } from "./log-measures.ts";
import { LEAKS, LONG_LINES, longLine, longLog } from "./long-log.ts";
import { type PagesServer, startPagesServer } from "./pages-server.ts";

const MIB = 1024 * 1024;
jest.setTimeout(180_000);
const chromium = await serverOrSkip(openBrowser);

/** A log of two thousand lines in three steps, of which the second has failed at two lines. */
const plain = Array.from({ length: 2000 }, (_, line) =>
  line === 812 || line === 1400 ? `TEST-UNEXPECTED-FAIL | a/test_x.js | boom ${line}` : `line ${line}`,
).join("\n");
const failure = (linenumber: number) => ({
  linenumber,
  line: `TEST-UNEXPECTED-FAIL | a/test_x.js | boom ${linenumber}`,
});
const step = (
  order: number,
  name: string,
  result: string,
  from: number,
  to: number,
  errors: readonly object[],
) => ({
  ...{ order, name, result, errors, error_count: errors.length, duration: 2671 },
  ...{ started: "2016-07-01 10:00:00.1", finished: "2016-07-01 10:44:31.2" },
  ...{ started_linenumber: from, finished_linenumber: to },
});
const summary = (logname: string | undefined) => {
  const errors = [failure(812), failure(1400)];
  const steps = [
    step(0, "set props", "success", 0, 799, []),
    step(1, "run tests", "testfailed", 800, 1899, errors),
    step(2, "cleanup", "success", 1900, 1999, []),
  ];
  const blob = {
    ...(logname !== undefined && { logname }),
    step_data: { steps, all_errors: errors, errors_truncated: false },
  };
  return { artifacts: [{ name: "text_log_summary", type: "json", blob }] };
};

/** Contains escapes, HTML, changes of direction, a line of 50 MB, and no line end. */
const hostile = Buffer.concat([
  Buffer.from("\u001b[31mred\u001b[0m plain \u001b]0;title\u0007\u001b[2Jcleared\n"),
  Buffer.from("<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>\n"),
  Buffer.from("user\u202etxt.exe\u2066\r\n"),
  Buffer.alloc(50 * MIB, "x"),
  Buffer.from("\nעברית abc\nthe end without a line end"),
]);

/** The log of a running job, whose first error is at line 100. */
const growingLines = (count: number): string =>
  Array.from({ length: count }, (_, line) =>
    line % 100 === 99 ? `TypeError: ${line}\n` : `line ${line}\n`,
  ).join("");

chromium.describe("the log page", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulse-ingest-log-"));
  let store: Store;
  let host: LogHost;
  let logs: LogCache;
  let server: PagesServer;
  let release: () => void;
  let used: Page;
  let isAway = false;
  let growing = 150;
  /** How far the cache's clock is ahead, in milliseconds. */
  let aheadMs = 0;
  beforeAll(async () => {
    store = await openSqliteStore(folder, 30);
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    host = await startLogHost({
      "/plain.txt": answer(plain),
      "/long.txt": answer(longLog()),
      "/hostile.txt": answer(hostile),
      "/empty.txt": answer(""),
      "/growing.txt": (socket) => answer(growingLines(growing))(socket, ""),
      "/slow.txt": (socket) => void released.then(() => answer("slow\n")(socket, "")),
    });
    logs = openLogCache({
      folder: join(folder, "log-cache"),
      maxBytes: 500 * MIB,
      work: workHere({ userAgent: "test", allowPrivate: true, allowPorts: [String(host.port)] }),
      limits: { lines: 20_000_000, inflatedBytes: 500 * MIB, ratio: 500 },
      perHost: 4,
      now: () => Date.now() + aheadMs,
    });
    const job = (taskId: string, logsOf: readonly (readonly [string, string])[], more: object = {}) =>
      anArrival({
        taskId,
        result: "fail",
        logs: logsOf.map(([name, path]) => ({ name, url: path.startsWith("/") ? host.url + path : path })),
        ...more,
      });
    await store.storeSubmissions([
      job(
        "plain/0",
        [
          ["buildbot_text", "/plain.txt"],
          ["other", "/empty.txt"],
        ],
        { extra: summary(undefined) },
      ),
      job("long/0", [["buildbot_text", "/long.txt"]]),
      job("hostile/0", [["buildbot_text", "/hostile.txt"]]),
      job("custom/0", [["custom_log", "/plain.txt"]], { extra: summary("custom_log") }),
      job("mismatch/0", [["custom_log", "/plain.txt"]], { extra: summary("another_name") }),
      job("gone/0", [["buildbot_text", "/gone.txt"]]),
      job("refused/0", [["buildbot_text", "http://127.0.0.1:1/log"]]),
      job("empty/0", [["buildbot_text", "/empty.txt"]]),
      job("slow/0", [["buildbot_text", "/slow.txt"]]),
      job("running/0", [["buildbot_text", "/plain.txt?running"]], { state: "running", result: undefined }),
      job("growing/0", [["buildbot_text", "/growing.txt"]], { state: "running", result: undefined }),
      job("long-name/0", [["n".repeat(50), "/empty.txt"]]),
      job("none/0", []),
    ]);
    server = await startPagesServer(awayable(store), { logs });
    used = await chromium.server().newPage();
  });
  afterAll(async () => {
    release();
    await Promise.all([server.close(), chromium.server().close()]);
    await Promise.all([logs.close(), host.close(), store.close()]);
    rmSync(folder, { recursive: true });
  });

  /** The same store, which is unavailable while `isAway` returns true. */
  function awayable(real: Store): Store {
    return new Proxy(real, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return async (...given: unknown[]) => {
          if (isAway) throw new Unavailable("store", "switched off");
          return Reflect.apply(member, target, given);
        };
      },
    });
  }

  const pathOf = (guid: string, more = ""): string =>
    `/log?project=try&guid=${encodeURIComponent(guid)}${more}`;
  async function open(guid: string, more = "", options = {}): Promise<Page> {
    const page = await chromium.server().newPage(options);
    await page.goto(server.url + pathOf(guid, more));
    return page;
  }
  /** Opens a log in the page in which earlier tests opened theirs. That costs less than a new profile. */
  async function openNext(guid: string, more = ""): Promise<Page> {
    // Without this, another line of the same log would not load the page again.
    await used.goto("about:blank");
    await used.goto(server.url + pathOf(guid, more));
    return used;
  }
  const row = (page: Page, line: number) =>
    page.locator(".log-row", { has: page.locator(`.log-number:text-is("${line}")`) });
  const textOf = (page: Page, line: number) => row(page, line).locator(".log-text").textContent();
  /** Returns the numbers of the visible lines. */
  const shown = (page: Page): Promise<number[]> =>
    page.locator(".log-frame .log-number").evaluateAll((all) => all.map((each) => Number(each.textContent)));
  /** The browser reports a changed address a little later than the page itself knows it. */
  const addressOf = async (page: Page): Promise<URL> => new URL(await page.evaluate(() => location.href));
  const announced = (page: Page): Promise<string | null> => page.locator("#announcer").textContent();

  describe("opens", () => {
    it("five lines above the first failing line, without adding that to the address", async () => {
      const page = await openNext("plain/0");
      await row(page, 812).waitFor();
      expect((await shown(page))[0]).toBe(807);
      expect(await row(page, 812).getAttribute("class")).toMatch(/log-failing.*log-current/);
      expect((await addressOf(page)).hash).toBe("");
    });

    it("at a range of the address, which always takes precedence, for everybody who gets the link", async () => {
      const page = await openNext("plain/0", "#L100-L102");
      await row(page, 102).waitFor();
      expect((await shown(page))[0]).toBe(95);
      expect(await page.locator(".log-selected").count()).toBe(3);
      expect((await addressOf(page)).hash).toBe("#L100-L102");
    });

    it("a log with a custom name, by the name in its summary", async () => {
      const page = await openNext("custom/0");
      await row(page, 812).waitFor();
      expect(await page.locator(".log-step").count()).toBe(3);
    });

    it("with a notice where the summary names a log that the job does not have", async () => {
      const page = await openNext("mismatch/0");
      expect(await page.getByRole("main").textContent()).toContain(
        "The job has no log named another_name. It has: custom_log",
      );
      await page.goto(server.url + pathOf("mismatch/0", "&log=custom_log"));
      await row(page, 0).waitFor();
      expect(await page.locator(".log-no-steps").textContent()).toMatch(
        /No summary was made from the log custom_log/,
      );
    });
  });

  describe("states", () => {
    it.each([
      ["gone/0", /The log no longer exists or has expired.*HTTP 404 from 127\.0\.0\.1/s],
      ["refused/0", /Logs at this port are not fetched here.*LOG_PORTS/s],
      ["empty/0", /The log is empty/],
    ])("%s", async (guid, words) => {
      const page = await openNext(guid);
      await until(async () => words.test((await page.locator(".log-note-place").textContent()) ?? ""));
    });

    it("a job without logs says so, and an unknown job is 404", async () => {
      const page = await openNext("none/0");
      expect(await page.getByRole("main").textContent()).toContain("No logs available for this job");
      const response = await page.goto(server.url + pathOf("nobody/0"));
      expect(response?.status()).toBe(404);
      expect(await page.getByRole("main").textContent()).toContain("no such job");
    });

    it("a pending log can be waited for, stopped and fetched again", async () => {
      const page = await openNext("slow/0");
      await page.getByText("The log is being fetched from its host").waitFor();
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByText("Stopped.").waitFor();
      release();
      await page.getByRole("button", { name: "Fetch the log" }).click();
      await until(async () => (await textOf(page, 0)) === "slow");
    });

    it("the log of a running job shows its age, and is read again", async () => {
      const page = await openNext("running/0");
      await row(page, 0).waitFor();
      expect(await page.locator(".log-foot").textContent()).toMatch(
        /The job is running: this is its log as of \d\d:\d\d:\d\d UTC/,
      );
      const asked = page.waitForRequest(
        (request) => request.url().includes("/api/log/lines") && !request.url().includes("as_of"),
      );
      await page.getByRole("button", { name: "Read again" }).click();
      await asked;
      await row(page, 0).waitFor();
    });

    it("the log of a running job is followed at its end until the job ends, and nowhere else", async () => {
      const page = await chromium.server().newPage();
      await page.clock.install();
      await page.goto(server.url + pathOf("growing/0"));
      await row(page, 0).waitFor();
      const last = async () => (await shown(page)).at(-1);
      const readOn = async (lines: number): Promise<void> => {
        growing = lines;
        aheadMs += 11_000;
        await page.clock.runFor(15_100);
        await page.getByText(`${lines} lines`).waitFor();
      };
      await page.getByLabel("follow").check();
      await until(async () => (await last()) === 149);
      await readOn(250);
      await until(async () => (await last()) === 249);
      expect(await textOf(page, 248)).toBe("line 248");
      await page.locator(".log-scroll").focus();
      await page.keyboard.press("Home");
      await until(async () => (await shown(page))[0] === 0);
      await readOn(350);
      // The lines are drawn with the next frame.
      await until(async () => (await shown(page))[0] === 0);
      const ended = { taskId: "growing/0", result: "fail" };
      await store.storeSubmissions([anArrival(ended)]);
      await readOn(351);
      expect(await page.locator(".log-foot").textContent()).toMatch(
        /The job has ended.*Show its steps and errors/,
      );
      expect(await page.getByLabel("follow").count()).toBe(0);
      await page.close();
    });

    it("a log that is read at its end stays there when the window becomes lower", async () => {
      const page = await open("plain/0", "#L1999");
      const isLastSeen = () =>
        row(page, 1999).evaluate((last) => {
          const bottom = document.querySelector(".log-scroll")?.getBoundingClientRect().bottom ?? 0;
          return last.getBoundingClientRect().bottom <= bottom + 1;
        });
      await until(async () => (await shown(page)).at(-1) === 1999 && (await isLastSeen()));
      await page.setViewportSize({ width: 1280, height: 600 });
      await until(async () => (await shown(page)).length < 30);
      await until(isLastSeen);
      await page.close();
    });

    it("without a summary, the log is searched for its error lines", async () => {
      const page = await openNext("growing/0");
      await row(page, 0).waitFor();
      const box = page.locator("label", { hasText: "errors only" });
      expect(await box.textContent()).toBe("errors only");
      await page.keyboard.press("n");
      await until(async () => (await page.locator(".log-current .log-number").textContent()) === "99");
      expect(await box.textContent()).toBe("errors only (3)");
      await page.keyboard.press("e");
      await until(async () => (await page.locator(".log-fold").count()) > 0);
      expect(await page.locator(".log-failing").count()).toBe(3);
      let answer = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        answer = resolve;
      });
      await page.route("**/api/log/errors*", (route) => held.then(() => route.continue()));
      const shared = await openNext("growing/0", "&view=errors");
      await shared.getByText("errors only: looking …").waitFor();
      expect(await shared.locator("#errors-only").isChecked()).toBe(true);
      answer();
      await until(async () => (await shared.locator(".log-fold").count()) > 0);
      expect(await shared.locator("#errors-only").isChecked()).toBe(true);
      await shared.unroute("**/api/log/errors*");
    });

    it("while the store is unavailable, a new page says so, and an open one keeps its lines and continues later", async () => {
      const page = await openNext("plain/0", "#L0");
      await row(page, 0).waitFor();
      isAway = true;
      const answer = await page.request.get(server.url + pathOf("plain/0"), {
        headers: { accept: "text/html" },
      });
      expect(answer.status()).toBe(503);
      expect(await answer.text()).toContain("The database cannot be reached.");
      await page.locator(".log-scroll").focus();
      await page.keyboard.press("End");
      await page.getByText("The database cannot be reached. Trying again.").waitFor();
      isAway = false;
      await until(async () => (await textOf(page, 1999)) === "line 1999");
    });

    it("while the server is unavailable, the content stays, and the page says that it retries", async () => {
      const page = await openNext("plain/0", "#L0");
      await row(page, 0).waitFor();
      await page.route("**/api/log/lines*", (route) => route.abort());
      await page.locator(".log-scroll").focus();
      await page.keyboard.press("End");
      await page.getByText("The server cannot be reached. Trying again.").waitFor();
      await page.unroute("**/api/log/lines*");
      await until(async () => (await textOf(page, 1999)) === "line 1999");
      expect(await page.locator(".log-trouble").count()).toBe(0);
    });
  });

  describe("the reader", () => {
    it("keeps the selected lines when the skip link is used", async () => {
      const page = await openNext("plain/0", "#L10-L12");
      await until(async () => (await page.locator(".log-selected").count()) === 3);
      await page.locator(".skip-link").press("Enter");
      await until(async () => (await addressOf(page)).hash === "#main");
      expect(await page.locator(".log-selected").count()).toBe(3);
    });

    it("prints what is on the screen, and no empty pages for the other lines", async () => {
      const page = await openNext("plain/0", "#L10");
      await row(page, 10).waitFor();
      const paper = (await page.pdf({ format: "A4" })).toString("latin1");
      expect([...paper.matchAll(/\/Type \/Page\b/g)].length).toBeLessThan(4);
    });

    it("selects lines by mouse, copies them without numbers, and returns to them", async () => {
      const page = await openNext("plain/0", "#L100");
      await row(page, 102).locator(".log-number").click();
      await row(page, 104)
        .locator(".log-number")
        .click({ modifiers: ["Shift"] });
      expect((await addressOf(page)).hash).toBe("#L102-L104");
      await page.keyboard.press("c");
      await until(async () => (await announced(page)) === "Copied 3 lines.");
      await page.evaluate(() => document.body.append(document.createElement("textarea")));
      await page.locator("textarea").focus();
      await page.keyboard.press("Control+V");
      expect(await page.locator("textarea").inputValue()).toBe("line 102\nline 103\nline 104");
      await page.goBack();
      await until(async () => (await page.locator(".log-selected").count()) === 1);
      expect((await addressOf(page)).hash).toBe("#L100");
      await page.goForward();
      await until(async () => (await page.locator(".log-selected").count()) === 3);
    });

    it("copies text that was selected by mouse, without numbers, colours and unusual line ends", async () => {
      const page = await openNext("hostile/0");
      await row(page, 2).waitFor();
      await page.evaluate(() => {
        const texts = document.querySelectorAll(".log-text");
        const [first, last] = [texts[0]?.firstChild, texts[2]?.firstChild];
        if (first == null || last == null) throw new Error("no lines");
        document.getSelection()?.setBaseAndExtent(first.firstChild ?? first, 1, last, 3);
        document.body.append(document.createElement("textarea"));
      });
      await page.keyboard.press("Control+C");
      await page.locator("textarea").focus();
      await page.keyboard.press("Control+V");
      const [first, second, third] = (await page.locator("textarea").inputValue()).split("\n");
      expect([first, third]).toEqual(["ed plain cleared", "use"]);
      expect(second).toMatch(/^<img src=x .*<\/script>$/);
    });

    it("uses the keys", async () => {
      const page = await openNext("plain/0", "#L0");
      await row(page, 0).waitFor();
      const press = (key: string) => page.keyboard.press(key);
      const current = () => page.locator(".log-current .log-number").textContent();
      await press("n");
      await until(async () => (await current()) === "812");
      await press("n");
      await until(async () => (await current()) === "1400");
      await press("p");
      await until(async () => (await current()) === "812");
      await press("Home");
      await until(async () => (await shown(page))[0] === 0);
      await press("End");
      await until(async () => (await shown(page)).at(-1) === 1999);
      await press("e");
      await until(async () => (await page.locator(".log-fold").count()) > 0);
      await until(async () => (await addressOf(page)).searchParams.get("view") === "errors");
      expect(await page.locator(".log-frame .log-row").allTextContents()).toContain("… 807 lines");
      await page.getByRole("button", { name: "… 807 lines" }).click();
      await until(async () => (await textOf(page, 0)) === "line 0");
      await press("e");
      await until(async () => (await page.locator(".log-fold").count()) === 0);
      expect(await page.locator(".step-success:visible").count()).toBe(0);
      await press("s");
      expect(await page.locator(".step-success:visible").count()).toBe(2);
      await press("f");
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("log-find");
      // In a field, keys type text.
      await press("n");
      expect(await page.locator("#log-find").inputValue()).toBe("n");
      const popup = page.context().waitForEvent("page");
      await page.locator(".log-scroll").focus();
      await press("Shift+L");
      expect((await popup).url()).toBe(`${host.url}/plain.txt`);
      // In the background, this page would rarely be drawn.
      await (await popup).close();
      await press("?");
      await page.waitForURL("**/help");
    });

    it("finds a text, and moves from match to match, wrapping at the end", async () => {
      const page = await openNext("plain/0", "#L0");
      await page.locator("#log-find").fill("LINE 199");
      const count = page.locator(".log-count");
      await until(async () => (await count.textContent()) === "1 of 11 lines");
      await until(async () => (await addressOf(page)).searchParams.get("find") === "LINE 199");
      await until(async () => (await page.locator(".log-current .log-number").textContent()) === "199");
      await page.keyboard.press("Enter");
      await until(async () => (await count.textContent()) === "2 of 11 lines");
      await page.keyboard.press("Shift+Enter");
      await page.keyboard.press("Shift+Enter");
      await until(async () => (await count.textContent()) === "11 of 11 lines, from the end again");
      await page.getByLabel("match case").check();
      await until(async () => (await count.textContent()) === "not found");
    });

    it("keeps what is typed while the matches of the previous text arrive", async () => {
      const page = await open("plain/0", "#L0");
      let answer: () => void = () => undefined;
      let isAsked = false;
      await page.route("**/api/log/find?*text=li&*", async (route) => {
        const response = await route.fetch();
        const wait = new Promise<void>((resolve) => {
          answer = resolve;
        });
        isAsked = true;
        await wait;
        await route.fulfill({ response }).catch(() => undefined);
      });
      await row(page, 0).waitFor();
      await page.locator("#log-find").focus();
      await page.keyboard.type("li");
      await until(() => isAsked);
      await page.keyboard.type("ne ");
      answer();
      await page.keyboard.type("199");
      await until(async () => (await page.locator(".log-count").textContent()) === "1 of 11 lines");
      expect(await page.locator("#log-find").inputValue()).toBe("line 199");
      await page.close();
    });

    it("says how long a text in an address may be", async () => {
      const page = await openNext("plain/0", `&find=${"x".repeat(201)}`);
      const rule = "The text to look for must have 1 to 200 characters, all in one line.";
      await until(async () => (await page.locator(".log-count").textContent()) === rule);
    });

    it("selects by keyboard alone", async () => {
      const page = await openNext("plain/0", "#L0");
      await row(page, 0).waitFor();
      await page.getByLabel("line", { exact: true }).fill("300-305");
      await page.keyboard.press("Enter");
      await until(async () => (await addressOf(page)).hash === "#L300-L305");
      await page.locator(".log-scroll").focus();
      await page.keyboard.press("Shift+ArrowDown");
      expect((await addressOf(page)).hash).toBe("#L300-L306");
      await page.keyboard.press("PageDown");
      await until(async () => ((await shown(page))[0] ?? 0) > 306);
    });

    it("shows a long line as a whole in the strip below", async () => {
      const page = await openNext("hostile/0", "#L3");
      const strip = page.getByRole("region", { name: "The whole selected line" });
      await strip.waitFor();
      expect((await strip.textContent())?.length).toBe(10_000);
      expect(await row(page, 3).locator(".log-cut").textContent()).toBe(" … cut: the whole line has 52 MB");
    });
  });

  it("a hostile log is plain text: nothing runs, nothing is hidden, and every line is there", async () => {
    const page = await openNext("hostile/0");
    await row(page, 5).waitFor();
    await until(async () => (await textOf(page, 5)) === "the end without a line end");
    expect(await textOf(page, 0)).toBe("red plain cleared");
    expect(await row(page, 0).locator(".log-colour-1").textContent()).toBe("red");
    expect(await textOf(page, 1)).toContain("<img src=x onerror=");
    expect(await page.locator(".log-text img, .log-text script").count()).toBe(0);
    expect(await page.title()).not.toContain("owned");
    expect(await textOf(page, 2)).toBe("userU+202Etxt.exeU+2066");
    expect(
      await row(page, 4)
        .locator(".log-text")
        .evaluate((text) => getComputedStyle(text).unicodeBidi),
    ).toBe("isolate");
    expect((await textOf(page, 3))?.length).toBeLessThan(10_100);
  });

  describe("without JavaScript", () => {
    const options = { javaScriptEnabled: false };
    // A page without scripts does not wait for a log that has to be fetched.
    beforeAll(async () => {
      for (const path of ["/empty.txt", "/plain.txt"]) await logs.readLines(host.url + path, 0, 1, true);
    });

    it("shows lines starting above the first failing one, with links to the others, a thousand per page", async () => {
      const page = await open("plain/0", "", options);
      expect(await page.locator(".log-plain .log-number").first().textContent()).toBe("807");
      const first = page.locator(".log-plain .log-number").first();
      await page.getByRole("link", { name: "later lines" }).first().click();
      await until(async () => (await first.textContent()) === "1007");
      await page.getByRole("link", { name: "earlier lines" }).first().click();
      await until(async () => (await first.textContent()) === "7");
      await until(async () => (await page.locator(".log-plain .log-row").count()) === 1000);
      await page.getByRole("link", { name: /^1400 TEST-UNEXPECTED/ }).click();
      await page.locator("#L1400").waitFor();
      await page.close();
    });

    it("finds a text with its form, and shows only the failing lines", async () => {
      const page = await open("plain/0", "", options);
      await page.getByRole("searchbox", { name: "find", exact: true }).fill("line 199");
      await page.getByRole("button", { name: "Find", exact: true }).last().click();
      expect(await page.locator(".log-hits").textContent()).toMatch(
        /^11 lines contain “line 199”: 199 1990 1991/,
      );
      await page.getByRole("link", { name: "errors only (2)" }).click();
      await until(async () => (await page.locator(".log-plain .log-row").count()) === 22);
      await page.close();
    });

    it("searches a log without a summary for its error lines", async () => {
      const page = await open("plain/0", "&log=other", options);
      await page.getByRole("link", { name: "errors only" }).click();
      const said = page.locator(".log-tools > span");
      await until(async () => (await said.textContent()) === "No line looks like an error.");
      await page.goto(server.url + pathOf("mismatch/0", "&log=custom_log"));
      await page.getByRole("link", { name: "errors only" }).click();
      await until(async () => (await page.locator(".log-plain .log-row").count()) === 22);
      expect(await page.locator(".log-plain .log-failing").count()).toBe(2);
      await page.close();
    });

    it.each([
      ["gone/0", "The log no longer exists or has expired"],
      ["empty/0", "The log is empty"],
    ])("%s says so", async (guid, words) => {
      const page = await open(guid, "", options);
      // A page without scripts does not wait until the log is fetched.
      await until(async () => {
        await page.reload();
        return (await page.getByRole("main").textContent())?.includes(words);
      }, words);
      await page.close();
    });
  });

  it.each([
    ["hostile/0", "#L3"],
    ["plain/0", "#L812-L820"],
    ["gone/0", ""],
  ] as const)("axe finds no problem with the log of %s", async (guid, more) => {
    const page = await openNext(guid, more);
    await page.locator(".log-selected, .note").first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  it("has no second scroll bar at 400 % zoom, and in forced colours failing and selected lines stand out", async () => {
    const view = { viewport: { width: 320, height: 256 }, forcedColors: "active" };
    const page = await open("plain/0", "#L812", view);
    await row(page, 812).waitFor();
    const look = (line: number) =>
      row(page, line).evaluate((each) => {
        const style = (selector: string) => getComputedStyle(each.querySelector(selector) ?? each);
        return [style(".log-number").borderLeftWidth, style(".log-text").textDecorationLine];
      });
    expect([await look(812), await look(813)]).toEqual([
      ["4px", "underline"],
      ["0px", "none"],
    ]);
    const widths = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    expect(widths[0]).toBe(widths[1]);
    await page.goto(`${server.url}/log?project=try&guid=long-name/0`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    await page.close();
  });

  it("only logs of the requested job are fetched, and only for our own pages", async () => {
    const lines = (query: string, headers = {}) =>
      fetch(`${server.url}/api/log/lines?project=try&from=0&count=1&${query}`, { headers });
    expect((await lines("guid=plain/0&log=nothing")).status).toBe(404);
    expect((await lines(`guid=plain/0&log=${encodeURIComponent(`${host.url}/hostile.txt`)}`)).status).toBe(
      404,
    );
    expect((await lines("guid=nobody/0")).status).toBe(404);
    expect((await lines("guid=plain/0", { "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await lines("guid=plain/0&count=5000")).status).toBe(400);
  });

  describe("a log of a million lines, 124 MB", () => {
    const MOST = { heapBytes: 30 * MIB, elements: 400 };
    beforeAll(async () => {
      // The cache contains it.
      await logs.readLines(`${host.url}/long.txt`, 0, 1, true);
    });

    it("opens at a line within its memory limit", async () => {
      const page = await openNext("long/0", "#L900000");
      await page.getByText(longLine(900_000)).waitFor();
      expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(MOST.elements);
      expect(await heapBytes(page)).toBeLessThan(MOST.heapBytes);
    });

    it("is searched completely, with the exact count", async () => {
      const { answer } = await timedJson(
        `${server.url}/api/log/find?project=try&guid=long/0&text=LEAK&around=500000`,
      );
      expect(answer).toMatchObject({ state: "found", count: LEAKS });
    });

    it("can be scrolled to its last line by scroll bar, wheel and keys", async () => {
      const page = await openNext("long/0", "#L0");
      await page.getByText(longLine(0)).waitFor();
      await jumpMs(page, 1);
      await page.getByText(longLine(LONG_LINES - 1)).waitFor();
      await page.locator(".log-scroll").hover();
      // A scaled scroll bar would move by more lines than the wheel is turned.
      const before = (await shown(page))[0] ?? 0;
      await page.mouse.wheel(0, -200);
      await until(async () => ((await shown(page))[0] ?? 0) < before);
      expect(before - ((await shown(page))[0] ?? 0)).toBeLessThan(15);
      await page.keyboard.press("Home");
      await page.getByText(longLine(0)).waitFor();
    });
  });
});
