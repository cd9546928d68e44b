import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { pageHeaders } from "../../src/http/pages/serve/page-headers.ts";
import { openStore } from "../../src/store/open-store.ts";
import {
  addressAttributes,
  htmlElements,
  plainAttributes,
  svgAttributes,
  svgElements,
} from "../../src/web/client/raw-html-lists.ts";
import { tabNames } from "../../src/web/job/job-tabs.ts";
import { answer, type LogHost, startLogHost } from "../doubles/log-host.ts";
import { aMessage, anArrival, REVISION } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb, sharedRabbitmq } from "../servers/shared-servers.ts";
import type { WorkerProcess } from "../servers/worker-process.ts";
import { WorkerStory } from "../story/a-running-worker.ts";
import { until } from "../until.ts";
import { openBrowser, REBOUND_HOST } from "./browser.ts";
import { hostileHtml } from "./hostile-html.ts";

jest.setTimeout(180_000);
const chromium = await serverOrSkip(openBrowser);
const broker = await serverOrSkip(sharedRabbitmq);
const mongodb = await serverOrSkip(sharedMongodb);

/** If any part of this runs, or is loaded, the test notices it. The last character changes the direction of writing. */
const MARKUP = '"><script>caught=1</script><img src=x onerror=caught=1>\u202e';
/** A task id that also tries to be a command. */
const TASK = `${MARKUP} $(id) 'q`;
const PROJECT = "secure";
const GUID = "hostile/0";
/** Over REST, a guid may be any text. */
const POSTED_GUID = `javascript:caught=1 ${MARKUP}`;
const HTML = { accept: "text/html" };

chromium.describe("pages with untrusted data", () => {
  afterAll(() => chromium.server().close());
  broker.describe(`of a worker on ${broker.name}`, () => {
    describe("with the embedded store", () => keepTheRules(() => null));
    mongodb.describe(`with ${mongodb.name}`, () => {
      keepTheRules(() => {
        const url = new URL(mongodb.server().url);
        url.pathname = `/security-${randomUUID()}`;
        return url.href;
      });
    });
  });
});

/** @param mongodbUrl - returns the address of a new database, or null for the embedded store. */
function keepTheRules(mongodbUrl: () => string | null): void {
  let story: WorkerStory;
  let worker: WorkerProcess;
  let host: LogHost;
  let url: string;
  let page: Page;
  /** Another site, as an attacker has it. */
  let elsewhere: Server;

  beforeAll(async () => {
    host = await startLogHost({ "/log": answer(`first\n${MARKUP}\n\u001b[31mred\u001b[0m\n`) });
    elsewhere = createServer((_request, response) =>
      response.setHeader("content-type", "text/html").end("hello"),
    );
    await once(elsewhere.listen(0, "127.0.0.1"), "listening");
    story = await WorkerStory.on(broker.server().url);
    const databaseUrl = mongodbUrl();
    worker = await story.start({
      ...{ MONGODB_URL: databaseUrl ?? "", LOG_ALLOW_PRIVATE: "true", PAGES_MAX_STREAMS: "4" },
    });
    url = String((await worker.untilEvent("public_listening"))["url"]);
    await story.publish(...hostileMessages(host.url));
    await worker.until("all messages have ended", () => worker.ended().length === 2);
    const store = await openStore({
      ...{ mongodbUrl: databaseUrl, dataDir: story.folder, rejectionTtlDays: 30 },
    });
    await store.storeSubmissions([postedJob()]);
    await store.close();
  });
  beforeEach(async () => {
    page = await chromium.server().newPage();
  });
  afterEach(() => page.close());
  afterAll(async () => {
    await story.end();
    await host.close();
    elsewhere.close();
  });

  /** The addresses of all pages that show what was published. */
  async function addresses(): Promise<readonly string[]> {
    const job = new URLSearchParams({ project: PROJECT, guid: GUID });
    const { rejections } = await (await fetch(`${url}/api/rejections`)).json();
    return [
      ...["/", `/?${new URLSearchParams({ find: MARKUP })}`, "/help", `/projects/${PROJECT}`],
      `/projects/${PROJECT}?${new URLSearchParams({ job: GUID, tab: "details", text: MARKUP })}`,
      `/projects/${PROJECT}/pushes/${REVISION}`,
      ...tabNames.map((tab) => `/job?${job}&tab=${tab}`),
      `/log?${job}&log=buildbot_text`,
      `/publish?${new URLSearchParams({ task: TASK })}`,
      ...["/operate", "/operate/rejections", `/operate/rejections/${rejections[0].id}`],
    ];
  }

  it("run, load and hide nothing of it, and link only to pages", async () => {
    const caught: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith("data:")) caught.push(request.url());
    });
    page.on("dialog", (dialog) => caught.push(dialog.message()));
    page.on("console", (message) => {
      if (message.text() === "caught") caught.push(`ran on ${page.url()}`);
    });
    await page.addInitScript(() =>
      Object.defineProperty(window, "caught", { set: () => console.log("caught"), get: () => undefined }),
    );
    for (const address of await addresses()) {
      const response = await page.goto(url + address);
      expect(response?.headers()).toMatchObject(pageHeaders(false));
      await page.waitForLoadState("load");
      const odd = await page.evaluate(() => {
        const all = [...document.querySelectorAll("body *")];
        return [
          ...all.filter((each) => each.matches("script:not([src]), style, img, iframe, base, meta")),
          ...all.filter((each) => each.getAttributeNames().some((name) => /^on|^style$/.test(name))),
          ...all.filter((each) => each instanceof HTMLAnchorElement && !/^https?:$/.test(each.protocol)),
        ].map((each) => each.outerHTML);
      });
      // The script sets sizes of the log's rows, which the policy allows to scripts.
      expect([address, odd.filter((html) => !/class="log-(spacer|rows)"/.test(html))]).toEqual([address, []]);
      expect(await page.locator("body").textContent()).not.toContain("\u202e");
    }
    expect(caught).toEqual([]);
  });

  it("make publishers' HTML harmless", async () => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("dialog", (dialog) => asked.push(`dialog ${dialog.message()}`));
    await page.goto(`${url}/job?${new URLSearchParams({ project: PROJECT, guid: GUID, tab: "details" })}`);
    const places = page.locator("[data-raw-html]");
    await page.waitForFunction(
      (count) =>
        [...document.querySelectorAll("[data-raw-html]")].filter(({ shadowRoot }) => shadowRoot !== null)
          .length === count,
      hostileHtml.length,
    );
    // By now, everything that could be loaded or run has had time to do so.
    await page.waitForTimeout(300);
    const found = await places.evaluateAll((list) => {
      const elements = list.flatMap((place) => [...(place.shadowRoot?.querySelectorAll("*") ?? [])]);
      const names = (values: readonly (string | null)[]) => [...new Set(values)];
      return {
        caught: "caught" in window,
        elements: names(elements.map(({ localName }) => localName.toLowerCase())),
        attributes: names(
          elements.flatMap((each) => each.getAttributeNames()).map((name) => name.toLowerCase()),
        ),
        schemes: names(
          elements.flatMap((each) => (each instanceof HTMLAnchorElement ? [each.protocol] : [])),
        ),
        targets: names(
          elements.filter((each) => each.hasAttribute("href")).map((each) => each.getAttribute("target")),
        ),
        cookie: typeof document.cookie,
        headers: document.querySelectorAll("header").length,
      };
    });
    expect(found.caught).toBe(false);
    expect(asked.filter((address) => !address.startsWith(url) && !address.startsWith("data:"))).toEqual([]);
    expect(asked.filter((address) => new URL(address).pathname === "/x")).toEqual([]);
    const elements: readonly (string | null)[] = [...htmlElements, ...svgElements];
    expect(found.elements.filter((name) => !elements.includes(name))).toEqual([]);
    const attributes: readonly (string | null)[] = [
      ...addressAttributes,
      ...plainAttributes,
      ...svgAttributes,
    ];
    expect(found.attributes.filter((name) => !attributes.includes(name))).toEqual([]);
    expect(found.schemes.filter((scheme) => !["http:", "https:", ":"].includes(scheme ?? ""))).toEqual([]);
    expect(found.targets.filter((target) => target !== "_blank")).toEqual([]);
    expect([found.cookie, found.headers]).toEqual(["string", 1]);
  });

  it("show it as text: names, addresses that cannot be links, lines of a log, task ids", async () => {
    const shown = MARKUP.replace("\u202e", "\\u202e");
    await page.goto(`${url}/projects/${PROJECT}`);
    const job = page.locator("a.job", { hasText: "<b>" });
    expect(await job.getAttribute("title")).toContain(shown);
    expect(await page.locator("a.group-symbol").last().textContent()).toBe("\\u202egroup");
    await page.locator("a.job", { hasText: "<u>" }).click();
    await page.waitForURL((address) => address.searchParams.get("job") === POSTED_GUID);
    await page.goto(`${url}/job?${new URLSearchParams({ project: PROJECT, guid: GUID, tab: "logs" })}`);
    expect(await page.locator("h1").textContent()).toContain(shown);
    expect(await page.getByText("javascript:caught=1", { exact: false }).count()).toBeGreaterThan(0);
    await page.goto(`${url}/log?${new URLSearchParams({ project: PROJECT, guid: GUID })}#L0`);
    const line = page.locator(".log-row", { hasText: "caught" }).locator(".log-text");
    expect(await line.textContent()).toBe(MARKUP.replace("\u202e", "U+202E"));
    await page.goto(`${url}/publish?${new URLSearchParams({ task: TASK })}`);
    expect(await page.locator("h3").textContent()).toContain("<script>");
    // The rejection's id is our own, so its command contains nothing hostile.
    const command = page.locator(".copy-command code");
    expect(await command.textContent()).toMatch(/^pulse-ingest rejections replay [0-9a-f]{12}$/);
    await page.goto(`${url}/operate/rejections?${new URLSearchParams({ task: TASK })}`);
    // No command contains an invisible character.
    expect(await command.count()).toBe(0);
    await page.locator("tbody th a").click();
    expect(await page.locator("h1").textContent()).toContain(TASK.replace("\u202e", "\\u202e"));
    expect(await page.locator(".payload").textContent()).toContain("\\u202e");
  });

  it("have no inline script, style or handler when they are sent", async () => {
    for (const address of await addresses()) {
      const html = await (await fetch(url + address, { headers: HTML })).text();
      expect(html).toContain("<main");
      expect([address, html.match(/<script(?![^>]* src=)|<style|<[^>]*\s(?:style|on\w+)=/gi)]).toEqual([
        address,
        null,
      ]);
    }
  });

  it("turn no string into HTML, and allow no script or style in them", async () => {
    await page.goto(`${url}/projects/${PROJECT}`);
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
    expect(ran.title).not.toBe("ran");
    expect(ran.color).not.toBe("rgb(1, 2, 3)");
  });

  it("cannot be framed, requested or posted to by a page of another site", async () => {
    const { port } = elsewhere.address() as AddressInfo;
    // It has another host name, so it is another site.
    await page.goto(`http://localhost:${port}/`);
    const refused = page.waitForEvent("console", (message) => /frame-ancestors/.test(message.text()));
    await page.evaluate((address) => {
      const frame = document.createElement("iframe");
      frame.src = address;
      document.body.append(frame);
    }, `${url}/help`);
    expect((await refused).type()).toBe("error");
    expect(page.frames().map((frame) => frame.url())).not.toContain(`${url}/help`);

    const got = await page.evaluate(
      async ([data = "", events = ""]) => {
        const stream = new EventSource(events);
        const ended = new Promise((resolve) => stream.addEventListener("error", () => resolve("refused")));
        const asked = fetch(data, { mode: "no-cors" }).then(
          () => "answered",
          () => "refused",
        );
        return Promise.all([asked, ended]);
      },
      [`${url}/api/operate`, `${url}/api/projects/${PROJECT}/events`],
    );
    expect(got).toEqual(["refused", "refused"]);

    const statusOf = (path: string) => page.waitForResponse(url + path).then((response) => response.status());
    const asked = statusOf("/api/light");
    await page.evaluate((address) => location.assign(address), `${url}/api/light`);
    expect(await asked).toBe(403);
    await page.waitForURL(`${url}/api/light`);
    await page.goto(`http://localhost:${port}/`);
    const posted = statusOf("/api/validate");
    await page.evaluate((address) => {
      const form = document.createElement("form");
      form.method = "post";
      form.action = address;
      document.body.append(form);
      form.submit();
    }, `${url}/api/validate`);
    expect(await posted).toBe(403);
  });

  it("do not answer under a name that an attacker has pointed at this machine", async () => {
    const rebound = new URL(url);
    rebound.hostname = REBOUND_HOST;
    for (const path of ["/help", `/projects/${PROJECT}`, "/api/light"]) {
      const response = await page.goto(rebound.origin + path);
      expect([path, response?.status()]).toEqual([path, 403]);
      expect(await page.content()).toContain("PUBLIC_ALLOWED_HOSTS");
    }
  });

  it("leave half of the streams to other clients; a page that gets none polls every minute, and says so", async () => {
    const stream = `${url}/api/projects/${PROJECT}/events`;
    const open = (from?: string) => openStream(stream, from);
    // The streams of pages that were just closed may still be open.
    const own: IncomingMessage[] = [];
    await until(async () => {
      const opened = await open();
      if (opened.statusCode === 200) own.push(opened);
      return own.length === 2;
    });
    const third = await open();
    expect(third.statusCode).toBe(503);
    expect(third.headers["retry-after"]).toBe("60");
    const other = await open("127.0.0.2");
    expect(other.statusCode).toBe(200);
    await page.goto(`${url}/projects/${PROJECT}`);
    await page.getByText(/Changes come once a minute/).waitFor();
    for (const each of [...own, third, other]) each.destroy();
  });
}

/** @param from - the client's own address. */
async function openStream(address: string, from = "127.0.0.1"): Promise<IncomingMessage> {
  const [response] = (await once(get(address, { localAddress: from, agent: false }), "response")) as [
    IncomingMessage,
  ];
  return response;
}

/** A job that nobody could send over the broker. */
function postedJob(): ReturnType<typeof anArrival> {
  const { submission, ...arrival } = anArrival({
    origin: { kind: "hg.mozilla.org", project: PROJECT, revision: REVISION },
  });
  const job = { ...submission.job, job_guid: POSTED_GUID, job_symbol: "<u>", group_symbol: "\u202egroup" };
  return { ...arrival, submission: { ...submission, job } };
}

/** A job that is hostile in every field, and a message that is rejected. */
function hostileMessages(logHost: string): readonly object[] {
  const job_details = hostileHtml.map((value, n) => ({ content_type: "raw_html", title: `${n}`, value }));
  const origin = { kind: "hg.mozilla.org", project: PROJECT, revision: REVISION };
  return [
    aMessage({
      ...{ taskId: GUID, origin, state: "completed", result: "fail" },
      display: { jobName: MARKUP, jobSymbol: "<b>", groupSymbol: "<i>", groupName: MARKUP },
      logs: [
        { name: "buildbot_text", url: `${logHost}/log` },
        { name: "other", url: "javascript:caught=1" },
      ],
      jobInfo: {
        links: [{ label: MARKUP, linkText: MARKUP, url: "javascript:caught=1" }],
      },
      extra: { artifacts: [{ name: "Job Info", type: "json", blob: { job_details } }] },
    }),
    aMessage({ taskId: TASK, origin, state: "done" }),
  ];
}
