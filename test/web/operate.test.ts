import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import type { BrowserContextOptions, Page } from "playwright-core";
import { Unavailable } from "../../src/domain/faults.ts";
import type { Rejection } from "../../src/domain/rejection.ts";
import type { WorkerStatus } from "../../src/http/observe/worker-status.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { aCredential, EXCHANGE } from "../examples.ts";
import { aStatus } from "../http/observe/a-status.ts";
import { freePort } from "../servers/free-port.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { until } from "../until.ts";
import { axeFindings } from "./axe.ts";
import { openBrowser } from "./browser.ts";
import { type PagesServer, pageSettings, startPagesServer } from "./pages-server.ts";

jest.setTimeout(180_000);
const chromium = await serverOrSkip(openBrowser);

const SECRET = "a-secret-of-a-client";

chromium.describe("the operator's pages", () => {
  const folder = mkdtempSync(join(tmpdir(), "operate-page-"));
  let store: Store;
  let server: PagesServer;
  let status: WorkerStatus;
  let isStoreAway = false;
  /** Another worker, with its own listener. */
  let other: Server;
  beforeAll(async () => {
    store = await openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 30 });
    const earlier = new Date(Date.now() - 3_600_000).toISOString();
    await store.recordRejections([
      aRejection(
        { task_id: "bad/0", project: "p".repeat(400) },
        { taskId: "bad/0", state: "done", nested: { deep: [1, 2, 3] } },
      ),
      ...Array.from({ length: 60 }, (_, n) =>
        aRejection({ task_id: `many/${n}`, received_at: earlier }, { n }),
      ),
    ]);
    await store.addCredential(
      aCredential({ client_id: "release-bot", secret: `clear:${SECRET}`, projects: ["try"] }),
    );
    status = aStatus();
    const nobody = await freePort();
    other = createServer((_request, response) => response.end(JSON.stringify(aStatus({ version: "9.8.7" }))));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const workers = [
      `http://127.0.0.1:${(other.address() as AddressInfo).port}`,
      `http://127.0.0.1:${nobody}`,
    ];
    server = await startPagesServer(fickle(store), {
      status: async () => status,
      settings: { ...pageSettings, PAGES_WORKERS: workers },
    });
  });
  afterAll(async () => {
    await Promise.all([server.close(), chromium.server().close()]);
    other.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** The store behind a simulated network that can be cut. */
  function fickle(real: Store): Store {
    return new Proxy(real, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return async (...args: unknown[]) => {
          if (isStoreAway) throw new Unavailable("store", "connection refused at 10.0.0.7");
          return Reflect.apply(member, target, args);
        };
      },
    });
  }

  /** @param options - options of a new profile. Without them, the page that all tests share is used. */
  async function open(path: string, options?: BrowserContextOptions): Promise<Page> {
    const browser = chromium.server();
    const page = await (options === undefined ? browser.samePage() : browser.newPage(options));
    await page.goto(server.url + path);
    return page;
  }

  const problems = (page: Page): Promise<string[]> => page.locator(".problems strong").allTextContents();

  it("shows each worker's figures, those of the store, and clients without their secrets", async () => {
    const page = await open("/operate");
    expect(await page.locator(".worker-card h3").allTextContents()).toEqual([
      "this worker version 1.2.3",
      expect.stringMatching(/^http:\/\/127.0.0.1:\d+ version 9.8.7$/),
      expect.stringMatching(/^http:\/\/127.0.0.1:\d+ $/),
    ]);
    expect(await problems(page)).toEqual([
      expect.stringMatching(
        /^⚠ http:\/\/127.0.0.1:\d+: worker: (nothing listens there|it cannot be reached)/,
      ),
    ]);
    const text = (await page.locator("main").textContent()) ?? "";
    expect(text).toMatch(/12 of 400 prefetched/);
    expect(text).toMatch(/queue\/u\/jobs: 40 ready of 8,000, not growing/);
    expect(text).toContain(
      "Completed jobs are kept for 90 days (try for 30 days, release-* for ever), other jobs twice as long, " +
        "rejections for 30 days. Messages stay in the archive for 7 days.",
    );
    expect(text).toMatch(
      /The last run ended \d+ .* ago, and nothing was left to remove\. Removed .*: nothing\./,
    );
    expect(await page.locator("svg.sparkline").count()).toBeGreaterThan(5);
    expect(await page.getByRole("row", { name: /release-bot/ }).textContent()).toContain("try");
    const { url } = server;
    for (const path of ["/operate", "/api/operate"]) {
      expect(await (await fetch(url + path)).text()).not.toContain(SECRET);
    }
  });

  it("shows by itself, in words and first, that the broker is unavailable, that it is back, and that no worker answers", async () => {
    const page = await open("/operate", {});
    await page.getByRole("link", { name: "Refresh" }).focus();
    status = aStatus({ ready: false, problems: ["broker: not connected for 5 s; the worker keeps trying"] });
    await until(async () => (await problems(page))[0]?.includes("broker: not connected"), "the page says it");
    expect(await page.locator(".problems li").first().textContent()).toMatch(
      /→ Nothing is lost.*docs\/faults.md.*The broker/s,
    );
    expect(await page.title()).toMatch(/^\(2\) Operate/);
    status = aStatus();
    await until(async () => (await problems(page)).length === 1, "the page says that it is over");
    // Newer figures do not move the focus.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Refresh");

    await page.route("**/operate", (route) => route.abort());
    await page.getByText("The server cannot be reached. This is the last answer.").waitFor();
    expect(await page.locator(".worker-card").count()).toBe(3);
    await page.close();
  });

  it("says that the store is unavailable, and keeps what the workers report", async () => {
    isStoreAway = true;
    try {
      const page = await open("/operate");
      expect((await problems(page))[0]).toBe("⚠ store: it does not answer these pages");
      expect(await page.locator(".worker-card").count()).toBe(3);
      expect(await page.content()).not.toContain("10.0.0.7");
      const list = await page.goto(`${server.url}/operate/rejections`);
      expect(list?.status()).toBe(503);
    } finally {
      isStoreAway = false;
    }
  });

  it("lists rejections page by page, and filters them, without scripts", async () => {
    const page = await open("/operate/rejections", { javaScriptEnabled: false });
    const tasks = (): Promise<string[]> => page.locator("tbody th a").allTextContents();
    const first = await tasks();
    expect(first).toHaveLength(50);
    await page.getByRole("link", { name: "Older" }).click();
    await page.waitForLoadState();
    const rest = await tasks();
    expect(new Set([...first, ...rest]).size).toBe(61);
    await page.getByLabel("Task id").fill("bad");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForLoadState();
    expect(await tasks()).toEqual(["bad/0"]);
    expect(await page.locator(".copy-command code").textContent()).toBe(
      "pulse-ingest rejections replay --task=bad",
    );
    await page.goto(`${server.url}/operate/rejections?reason=malformed-body`);
    expect(await page.locator(".note").textContent()).toContain(
      "No rejected message matches reason malformed-body",
    );
    await page.goto(`${server.url}/operate/rejections?after=2020-01-01T00:00:00.000Z~0`);
    expect(await page.locator(".note").textContent()).toBe("There are no older ones.");
    for (const since of ["tomorrow", "2026-02-31"]) {
      expect((await page.goto(`${server.url}/operate/rejections?since=${since}`))?.status()).toBe(400);
    }
    await page.close();
  });

  it("shows a rejected message next to its errors", async () => {
    const page = await open("/operate/rejections?task=bad");
    await page.getByRole("link", { name: "bad/0" }).click();
    expect(await page.locator(".payload .wrong").textContent()).toBe('  "state": "done",\n');
    await page.getByRole("link", { name: "line 3" }).click();
    await page.waitForURL(/#L3$/);
    expect(await page.locator(".copy-command code").textContent()).toMatch(
      /^pulse-ingest rejections replay [0-9a-f]{12}$/,
    );
  });

  it("says that a rejection with an unknown id does not exist", async () => {
    const page = await chromium.server().samePage();
    for (const id of ["0".repeat(32), "no-id", "%3Cscript%3E"]) {
      expect((await page.goto(`${server.url}/operate/rejections/${id}`))?.status()).toBe(404);
    }
  });

  it.each(["/operate", "/operate/rejections", "/operate/rejections/ID"])(
    "has no problem that axe finds in either colour scheme, and needs no second scroll bar, even at 400 %%: %s",
    async (path) => {
      const [rejection] = await store.listRejections({ task_id: "bad/0", limit: 1 });
      const page = await open(path.replace("ID", rejection?.id ?? ""));
      expect(await axeFindings(page)).toEqual([]);
      for (const width of [1280, 320]) {
        await page.setViewportSize({ width, height: 256 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      }
    },
  );

  it("is missing where OPERATE_PAGES is off, and says so", async () => {
    const readers = await startPagesServer(store, { settings: { ...pageSettings, operates: false } });
    try {
      const [rejection] = await store.listRejections({ task_id: "bad/0", limit: 1 });
      const pages = ["/operate", "/operate/rejections", `/operate/rejections/${rejection?.id}`];
      for (const path of pages) {
        const answer = await fetch(readers.url + path, { headers: { accept: "text/html" } });
        expect([path, answer.status]).toEqual([path, 404]);
        expect(await answer.text()).toContain("OPERATE_PAGES=true");
      }
      for (const path of ["/api/operate", "/api/rejections"]) {
        expect((await fetch(readers.url + path)).status).toBe(404);
      }
      const publish = await (await fetch(`${readers.url}/publish?task=bad`)).text();
      expect(publish).toContain("schema-violation");
      expect(publish).not.toContain("/operate");
    } finally {
      await readers.close();
    }
  });
});

function aRejection(overrides: Partial<Rejection>, payload: object): Rejection {
  const content = JSON.stringify(payload);
  return {
    ...{ project: "try", task_id: null, received_at: new Date().toISOString() },
    route: { origin: "pulse", exchange: EXCHANGE, routing_key: "treeherder.try" },
    fault: {
      reason: "schema-violation",
      violations: [
        { pointer: "/state", keyword: "enum", message: 'must be one of the states; it is "done"' },
      ],
    },
    payload: {
      ...{ encoding: "json", content, bytes: content.length, sha256: content },
      ...{ truncated: false, blanked: false },
    },
    ...overrides,
  };
}
