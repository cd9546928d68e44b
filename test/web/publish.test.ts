import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import type { BrowserContextOptions, Page } from "playwright-core";
import { Unavailable } from "../../src/domain/faults.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { runCli } from "../cli/run-cli.ts";
import { aMessage, anArrival, EXCHANGE, REVISION } from "../examples.ts";
import { aStatus } from "../http/observe/a-status.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb, sharedRabbitmq } from "../servers/shared-servers.ts";
import { WorkerStory } from "../story/a-running-worker.ts";
import { until } from "../until.ts";
import { axeFindings } from "./axe.ts";
import { openBrowser } from "./browser.ts";
import { type PagesServer, startPagesServer } from "./pages-server.ts";

jest.setTimeout(180_000);
const chromium = await serverOrSkip(openBrowser);
const broker = await serverOrSkip(sharedRabbitmq);
const mongodb = await serverOrSkip(sharedMongodb);

chromium.describe("the publisher's page", () => {
  const folder = mkdtempSync(join(tmpdir(), "publish-page-"));
  let store: Store;
  let server: PagesServer;
  let away: PagesServer;
  beforeAll(async () => {
    store = await openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 30 });
    await store.storeSubmissions([anArrival({ taskId: "known/0" }), anArrival({ taskId: "low/0", tier: 3 })]);
    const status = async () =>
      aStatus({
        registry: {
          ...aStatus().registry,
          exchanges: [{ exchange: EXCHANGE, routing_keys: ["treeherder.*"] }],
        },
      });
    server = await startPagesServer(store, { status });
    const gone = new Proxy(store, {
      get: () => async () => {
        throw new Unavailable("store", "connection refused at 10.0.0.7");
      },
    });
    away = await startPagesServer(gone, { status });
  });
  afterAll(async () => {
    await Promise.all([server.close(), away.close(), chromium.server().close()]);
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

  /** Returns each step of the road: its sign, its title and its verdict. */
  const steps = (page: Page): Promise<string[]> =>
    page.locator(".road-step").evaluateAll((items) =>
      items.map((item) => {
        const text = (selector: string) => item.querySelector(selector)?.textContent ?? "";
        return `${text(".sign")} ${text("strong")}`;
      }),
    );

  it("shows how far a job has come, step by step", async () => {
    const page = await open("/publish");
    await page.getByLabel("Task id").fill("known");
    await page.getByRole("button", { name: "Find out why" }).click();
    await page.waitForLoadState();
    expect(await steps(page)).toEqual([
      "✓ The store",
      "✓ Rejections",
      "✓ The registry",
      "✓ The exchange",
      "✓ The binding",
      "✓ The project",
      "⚠ The worker",
      "⚠ Arrivals",
      "✓ Unreadable messages",
      "✓ State unscheduled",
    ]);
    expect(await page.getByRole("link", { name: "known/0", exact: true }).getAttribute("href")).toBe(
      "/job?project=try&guid=known%2F0",
    );
  });

  it("says which default filter hides a job, and where the road of an unknown one ends", async () => {
    const page = await open("/publish?task=low/0");
    expect(await page.locator(".road-step").first().textContent()).toContain("hidden by default: tier 3");
    await page.goto(`${server.url}/publish?task=nobody&exchange=${EXCHANGE}&routing_key=other.try`);
    expect((await steps(page)).filter((step) => step.startsWith("✖"))).toEqual([
      "✖ The store",
      "✖ The binding",
    ]);
  });

  it("judges a message as the worker does, in place, and leads to the line of an error", async () => {
    const page = await open("/publish");
    const good = aMessage({ labels: ["debug"] });
    const text = JSON.stringify([good, { ...good, taskId: "bad/0", state: "done" }], null, 1);
    await page.getByLabel(/One job message/).fill(text);
    await page.getByRole("button", { name: "Check the message" }).click();
    const result = page.locator("#check-result");
    await result.getByText("1 accepted, 1 rejected").waitFor();
    expect(page.url()).toBe(`${server.url}/publish`);
    await result.getByText("How it would show").click();
    expect(await result.textContent()).toMatch(/T\(M3\)/);
    const line = text.split("\n").findIndex((each) => each.includes('"done"')) + 1;
    await result.getByRole("link", { name: `line ${line}, column` }).click();
    const selected = await page.evaluate(() => String(getSelection()));
    expect(selected).toContain('"state": "done"');
  });

  it("shows the verdict on the last message, even if an answer to an earlier one arrives later", async () => {
    const page = await open("/publish", {});
    let answerFirst: () => Promise<void> = async () => undefined;
    await page.route(
      "**/api/validate",
      async (route) => {
        const response = await route.fetch();
        answerFirst = () => route.fulfill({ response });
      },
      { times: 1 },
    );
    const check = async (message: object): Promise<void> => {
      await page.getByLabel(/One job message/).fill(JSON.stringify(message));
      await page.getByRole("button", { name: "Check the message" }).click();
    };
    await check(aMessage({ state: "done" }));
    await until(async () => (await page.locator("#check-result").textContent()) === "Checking …");
    await check(aMessage());
    const accepted = page.locator("#check-result").getByText("1 accepted, 0 rejected");
    await accepted.waitFor();
    const late = page.waitForResponse("**/api/validate");
    await answerFirst();
    await late;
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
    expect(await accepted.count()).toBe(1);
    await page.close();
  });

  it("works without scripts", async () => {
    const page = await open("/publish?task=known", { javaScriptEnabled: false });
    expect(await steps(page)).toContain("✓ The store");
    await page.getByLabel(/One job message/).fill(JSON.stringify(aMessage({ state: "done" })));
    await page.getByRole("button", { name: "Check the message" }).click();
    await page.waitForLoadState();
    expect(await page.locator("#check-result").textContent()).toMatch(
      /0 accepted, 1 rejected.*line 1, column \d+/s,
    );
    expect(await page.getByLabel(/One job message/).inputValue()).toContain('"done"');
    await page.close();
  });

  it("says that the store is unavailable, and what is still known", async () => {
    const page = await chromium.server().samePage();
    const answer = await page.goto(`${away.url}/publish?task=known&exchange=${EXCHANGE}`);
    expect(answer?.status()).toBe(503);
    expect(await page.locator(".road-step").first().textContent()).toContain(
      "The store does not answer now.",
    );
    expect(await steps(page)).toContain("✓ The registry");
    expect(await page.content()).not.toContain("10.0.0.7");
  });

  it("has no problem that axe finds in either colour scheme, and needs no second scroll bar at 400 %", async () => {
    const page = await open("/publish?task=low/0");
    await page.getByLabel(/One job message/).fill(JSON.stringify([aMessage(), {}]));
    await page.getByRole("button", { name: "Check the message" }).click();
    await page.locator("#check-result").getByText("1 accepted, 1 rejected").waitFor();
    await page.getByText("How it would show").click();
    expect(await axeFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 256 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  });

  broker.describe(`with a worker on ${broker.name}`, () => {
    it("finds a refused message by its task id; the command that it offers makes the job appear", () =>
      tell(null));

    mongodb.describe(`and ${mongodb.name}`, () => {
      it("finds a refused message by its task id; the command that it offers makes the job appear", () => {
        const url = new URL(mongodb.server().url);
        url.pathname = `/publish-${randomUUID()}`;
        return tell(url.href);
      });
    });
  });

  async function tell(mongodbUrl: string | null): Promise<void> {
    const story = await WorkerStory.on(broker.server().url);
    const page = await chromium.server().newPage();
    try {
      await tellOn(story, page, mongodbUrl);
    } finally {
      await page.close();
      await story.end();
    }
  }

  async function tellOn(story: WorkerStory, page: Page, mongodbUrl: string | null): Promise<void> {
    const accept = (projects: string): void => {
      const entry = `{exchange: ${story.exchange}, destinations: [story], projects: ['#'], accept_projects: ${projects}}`;
      writeFileSync(join(story.folder, "exchanges.yml"), `exchanges:\n  - ${entry}\n`);
    };
    accept("[autoland]");
    const env = { MONGODB_URL: mongodbUrl ?? "" };
    const worker = await story.start(env);
    const url = String((await worker.untilEvent("public_listening"))["url"]);
    await story.publish(
      aMessage({
        taskId: "refused/0",
        origin: { kind: "hg.mozilla.org", project: "try", revision: REVISION },
      }),
    );
    await worker.until("the message is rejected", () => worker.ended().length > 0);

    await page.goto(`${url}/publish?task=refused`);
    const found = page.locator(".found-rejection");
    expect(await found.textContent()).toMatch(
      /project-not-accepted · refused\/0 in try.*\/origin\/project.*may not write to the project try/s,
    );
    expect(await steps(page)).toContain("✖ The project");
    await found.getByRole("button", { name: /^Copy/ }).click();
    await found.getByText("Copied").waitFor();
    await page.getByLabel(/One job message/).press("Control+V");
    const command = await page.getByLabel(/One job message/).inputValue();
    expect(command).toMatch(/^pulse-ingest rejections replay [0-9a-f]{12}$/);

    accept("['*']");
    const settings = { ...env, DATA_DIR: story.folder, REGISTRY_FILE: join(story.folder, "exchanges.yml") };
    expect(await runCli(command.split(" ").slice(1), settings)).toMatchObject({ code: 0 });
    // The page polls by itself.
    await until(async () => (await steps(page))[0] === "✓ The store", "the page shows the job");
    expect(await worker.stop()).toBe(0);
  }
});
