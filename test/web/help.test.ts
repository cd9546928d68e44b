import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
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
  /** A site of somebody else. */
  let elsewhere: Server;
  beforeAll(async () => {
    store = await openSqliteStore(folder, 30);
    const light = createLightSource({
      showsReasons: true,
      problems: async () => problems,
      ready: { state: "ready", words: "worker ready" },
      // Every question is a new one.
      now: () => Number.NaN,
    });
    server = await startPagesServer(store, { light });
    elsewhere = createServer((_request, response) =>
      response.setHeader("content-type", "text/html").end("hello"),
    );
    await once(elsewhere.listen(0, "127.0.0.1"), "listening");
  });
  afterAll(async () => {
    await Promise.all([server.close(), chromium.server().close(), elsewhere.close()]);
    await store.close();
    rmSync(folder, { recursive: true });
  });

  async function open(path: string, options = {}): Promise<Page> {
    const page = await chromium.server().newPage(options);
    await page.goto(server.url + path);
    return page;
  }

  /** Opens somebody else's page. It has another host name, so it is another site. */
  async function openElsewhere(): Promise<Page> {
    const page = await chromium.server().newPage();
    const { port } = elsewhere.address() as AddressInfo;
    await page.goto(`http://localhost:${port}/`);
    return page;
  }

  it("shows every key and every look of a job, and keeps the choice about single keys", async () => {
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
    await page.close();
  });

  it.each(["light", "dark"] as const)(
    "axe finds nothing, in the %s scheme, on /help and on an error's page",
    async (colorScheme) => {
      const page = await open("/help", { colorScheme });
      expect(await axeFindings(page)).toEqual([]);
      await page.goto(`${server.url}/nothing`);
      expect(await page.title()).toBe("Not found · pulse-ingest");
      expect(await axeFindings(page)).toEqual([]);
      await page.close();
    },
  );

  it("a string cannot become HTML, and no script or style can stand in the page", async () => {
    const page = await open("/help");
    const thrown = await page.evaluate(() => {
      try {
        document.body.innerHTML = "<img src=x onerror=alert(1)>";
        return "nothing was thrown";
      } catch (error) {
        return String(error);
      }
    });
    expect(thrown).toMatch(/^TypeError: .*TrustedHTML/);
    const ran = await page.evaluate(() => {
      const script = document.createElement("script");
      script.append("document.title = 'ran'");
      const styled = document.createElement("p");
      styled.setAttribute("style", "color: rgb(1, 2, 3)");
      document.body.append(styled, script);
      return { title: document.title, color: getComputedStyle(styled).color };
    });
    expect(ran.title).toBe("Help · pulse-ingest");
    expect(ran.color).not.toBe("rgb(1, 2, 3)");
    await page.close();
  });

  it("the browser has nothing to complain about, such as a header that it does not understand", async () => {
    const page = await chromium.server().newPage();
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await page.goto(`${server.url}/help`);
    expect(said).toEqual([]);
    await page.close();
  });

  it("the page as sent has no inline script, style or handler", async () => {
    for (const path of ["/help", "/nothing"]) {
      const html = await (await fetch(server.url + path, { headers: { accept: "text/html" } })).text();
      expect(html).toContain("<main");
      expect(html.match(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/gi)).toBeNull();
    }
  });

  it("no page of somebody else can frame it", async () => {
    const page = await openElsewhere();
    const refused = page.waitForEvent("console", (message) => /frame-ancestors/.test(message.text()));
    await page.evaluate((url) => {
      const frame = document.createElement("iframe");
      frame.src = url;
      document.body.append(frame);
    }, `${server.url}/help`);
    expect((await refused).type()).toBe("error");
    expect(page.frames().map((frame) => frame.url())).not.toContain(`${server.url}/help`);
    await page.close();
  });

  it("no page of somebody else can ask for its data", async () => {
    const page = await openElsewhere();
    const answered = page.waitForResponse(`${server.url}/api/light`);
    await page.evaluate((url) => location.assign(url), `${server.url}/api/light`);
    expect((await answered).status()).toBe(403);
    await page.close();
  });

  it("can be read without JavaScript", async () => {
    const page = await open("/help", { javaScriptEnabled: false });
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Help");
    expect(await page.getByRole("status").count()).toBe(1);
    expect(await page.getByText("worker ready").isVisible()).toBe(true);
    await page.close();
  });

  it("the first Tab leads to the link that skips the header, and that to the page", async () => {
    const page = await open("/help");
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to the page" });
    expect(await skip.evaluate((link) => link === document.activeElement)).toBe(true);
    expect((await skip.boundingBox())?.y).toBeGreaterThanOrEqual(0);
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
    await page.close();
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
