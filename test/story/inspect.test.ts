import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, beforeEach, expect, it, jest } from "@jest/globals";
import { CliProcess, runCli } from "../cli/run-cli.ts";
import { deepHeaders, knownHeaders, strangeHeaders } from "../doubles/poison-headers.ts";
import { propertyList, publishRaw } from "../doubles/raw-message.ts";
import { aMessage } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";
import { until } from "../until.ts";
import { WorkerStory } from "./a-running-worker.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);

broker.describe(`a user who inspects an exchange on ${broker.name}`, () => {
  const reader = `looker-${randomUUID()}`;
  let url: string;
  let story: WorkerStory;
  let inspect: CliProcess | null = null;
  beforeAll(async () => {
    // Only the rights of a Pulse user.
    const own = `^(queue/${reader}/.*|exchange/${reader}/.*)`;
    const rights = { configure: own, write: own, read: `^(queue/${reader}/.*|exchange/.*)` };
    url = await broker.server().admin.addUser(reader, "secret", rights);
  });
  beforeEach(async () => {
    story = await WorkerStory.on(broker.server().url);
  });
  afterEach(async () => {
    inspect?.child.kill("SIGKILL");
    inspect = null;
    await story.end();
  });

  const env = (): NodeJS.ProcessEnv => ({ AMQP_URL: url, REGISTRY_FILE: `${story.folder}/exchanges.yml` });

  /** Starts the command, and waits until it reads. */
  async function look(...args: readonly string[]): Promise<CliProcess> {
    const looking = new CliProcess(["inspect", ...args], env());
    inspect = looking;
    await looking.until("reading", () => looking.stderr.includes("nothing is stored"));
    return looking;
  }

  async function publish(routingKey: string, ...bodies: readonly unknown[]): Promise<void> {
    for (const body of bodies) {
      const content = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
      story.channel.publish(story.exchange, routingKey, content);
    }
    await story.channel.waitForConfirms();
  }

  async function ownQueues(): Promise<string[]> {
    const queues = await broker.server().admin.request("GET", "/api/queues/%2F?disable_stats=true");
    const names = (queues as { name: string }[]).map(({ name }) => name);
    return names.filter((name) => name.startsWith(`queue/${reader}/`));
  }

  /** Waits, because the broker lists a new connection only some seconds after it was made. */
  async function closeConnections(): Promise<void> {
    const { admin } = broker.server();
    for (;;) {
      const all = (await admin.request("GET", "/api/connections")) as { name: string; user: string }[];
      const own = all.filter(({ user }) => user === reader);
      for (const { name } of own)
        await admin.request("DELETE", `/api/connections/${encodeURIComponent(name)}`);
      if (own.length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  it("sees each message with its verdict, and why one would be rejected, until Ctrl-C", async () => {
    const looking = await look(story.exchange);
    await publish(
      "any.key",
      [aMessage({ result: "fail" }), aMessage({ state: "unscheduled" })],
      aMessage({ taskId: "bad_id", state: "running", origin: { project: "\u001b[2Jevil" } }),
      Buffer.from("no JSON"),
    );
    await looking.until("all", () => looking.stdout.includes("no JSON"));
    // npm forwards the signal that the terminal has already sent.
    looking.child.kill("SIGINT");
    const { code, stdout, stderr } = await looking.end("SIGINT");
    const lines = stdout.split("\n").map((line) => line.replace(/^[0-9:.]{12} /, ""));
    expect(lines.filter((line) => !line.startsWith("  /"))).toEqual([
      ` accepted  ${story.exchange}  any.key  try  guid/0  completed  testfailed`,
      ` skipped   ${story.exchange}  any.key  try  guid/0  unscheduled`,
      ` rejected  ${story.exchange}  any.key  \\u001b[2Jevil  bad_id  running`,
      ` rejected  ${story.exchange}  any.key  ?  ?  ?`,
      expect.stringMatching(/^ {2}\(the whole message\): the body is not JSON: .* \[malformed-body\]$/),
      "",
    ]);
    expect(stdout).toContain('  /taskId: must match pattern "^[A-Za-z0-9/+-]+$"; it is "bad_id" [pattern]\n');
    expect(stderr).toBe(
      `Reading ${story.exchange} (#); nothing is stored. Press Ctrl-C to stop.\n` +
        "1 accepted, 1 skipped, 2 rejected; 4 shown\n",
    );
    expect(code).toBe(0);
    await until(async () => (await ownQueues()).length === 0, "its queue is gone");
  });

  it("sees messages with headers of every kind, each once and in order", async () => {
    const looking = await look(story.exchange, "--json");
    const taken: string[] = [];
    for (const [at, { header }] of [...knownHeaders, ...strangeHeaders, ...deepHeaders].entries()) {
      const taskId = `h${at}/0`;
      const isTaken = await publishRaw(broker.server().url, {
        exchange: story.exchange,
        routingKey: "any.key",
        properties: propertyList([header]),
        body: Buffer.from(JSON.stringify(aMessage({ taskId }))),
      });
      if (isTaken) taken.push(taskId);
    }
    const seen = (): string[] => looking.stdout.split("\n").filter((line) => line !== "");
    await looking.until("all", () => seen().length >= taken.length);
    const { code } = await looking.end("SIGINT");
    expect(code).toBe(0);
    expect(seen().map((line) => (JSON.parse(line) as { task_id: string }).task_id)).toEqual(taken);
    expect(taken.length).toBeGreaterThan(knownHeaders.length);
  });

  it("sees what the worker reads from all exchanges of the registry, and takes nothing from it", async () => {
    story.listExchanges(["exchange/nobody/none", story.exchange], "['#']\n    accept_projects: [try]");
    const worker = await story.start();
    const looking = await look("--json", "--count", "3");
    await publish("other.key", aMessage());
    const other = aMessage({ origin: { ...(aMessage()["origin"] as object), project: "autoland" } });
    await publish("story.key", aMessage(), other, Buffer.from("{"));
    const { code, stdout, stderr } = await looking.end();
    expect(code).toBe(0);
    expect(stderr).toContain("exchange/nobody/none is left out: there is no such exchange (404)");
    const route = {
      exchange: story.exchange,
      routing_key: "story.key",
      received_at: expect.any(String),
      index: 0,
    };
    const job = { project: "try", task_id: "guid/0", state: "completed" };
    const errorOf = (pointer: string, keyword: string) => [{ pointer, keyword, message: expect.any(String) }];
    const seen = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(seen).toEqual([
      { ...route, ...job, verdict: "accepted", result: "success", errors: [], payload: aMessage() },
      {
        ...route,
        ...job,
        project: "autoland",
        verdict: "rejected",
        result: null,
        errors: errorOf("/origin/project", "project-not-accepted"),
        payload: other,
      },
      {
        ...route,
        verdict: "rejected",
        project: null,
        task_id: null,
        state: null,
        result: null,
        errors: errorOf("", "malformed-body"),
        payload: null,
      },
    ]);
    await worker.until("all jobs", () => worker.ended().length >= 3);
    expect(worker.ended().map(({ outcome }) => outcome)).toEqual(["stored", "rejected", "rejected"]);
  });

  it("sees only what the options select", async () => {
    const rejected = await look(
      story.exchange,
      "--only",
      "rejected",
      "--project",
      "mozilla-*",
      "--count",
      "1",
    );
    const keyed = new CliProcess(
      ["inspect", story.exchange, "--routing-key", "*.wanted", "--count", "1"],
      env(),
    );
    await keyed.until("reading", () => keyed.stderr.includes("nothing is stored"));
    const origin = { ...(aMessage()["origin"] as object), project: "mozilla-central" };
    await publish(
      "a.key",
      aMessage({ origin }),
      aMessage({ taskId: "x_x" }),
      aMessage({ taskId: "y_y", origin }),
    );
    await publish("a.wanted", aMessage({ taskId: "wanted/0" }));
    const run = await rejected.end();
    expect(run.stdout).toContain("mozilla-central  y_y");
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining("2 rejected; 1 shown") });
    expect((await keyed.end()).stdout).toMatch(/^[0-9:.]+ {2}accepted .* a\.wanted .*wanted\/0.*\n$/);
  });

  it("misses the oldest messages if it is too slow, and neither blocks the exchange nor fills its memory", async () => {
    const looking = await look(story.exchange, "--json");
    looking.child.stdout.pause();
    const count = 4000;
    const extra = { artifacts: [], padding: "x".repeat(2000) };
    await publish(
      "a.key",
      ...Array.from({ length: count }, (_, n) => aMessage({ taskId: `slow/${n}`, extra })),
    );
    await publish("a.key", aMessage({ taskId: "newest/0" }));
    looking.child.stdout.resume();
    await looking.until("the newest", () => looking.stdout.includes("newest/0"));
    const { code, stdout } = await looking.end("SIGTERM");
    const shown = stdout.match(/"task_id":"slow/g)?.length ?? 0;
    expect(code).toBe(0);
    expect(shown).toBeGreaterThan(900);
    expect(shown).toBeLessThan(2000);
  });

  it("sees a message when the connection is lost", async () => {
    const looking = await look(story.exchange);
    await closeConnections();
    const { code, stderr } = await looking.end();
    expect({ code, last: stderr.split("\n").at(-2) }).toEqual({
      code: 1,
      last: expect.stringMatching(
        /^error: broker unavailable: the connection was lost \(.*\); start the command again$/,
      ),
    });
  });

  it.each([
    [
      "an exchange that does not exist",
      ["exchange/nobody/none"],
      /^error: exchange\/nobody\/none: there is no such exchange \(404\)/,
    ],
    [
      "an unknown verdict",
      ["--only", "bad"],
      /^error: --only must be one of accepted, skipped, rejected; it is bad\n$/,
    ],
    ["a count of 0", ["--count", "0"], /^error: --count must be a whole number, at least 1; it is 0\n$/],
    [
      "a routing key with a wildcard within a word",
      ["exchange/nobody/none", "--routing-key", "treeherder.mozilla-*"],
      /^error: --routing-key: "mozilla-\*" matches nothing: \* and # stand for whole words between dots;/,
    ],
  ])("reports %s", async (_case, args, words) => {
    const { code, stdout, stderr } = await runCli(["inspect", ...args], env());
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(words);
  });

  it("sees which exchange may not be read", async () => {
    const AMQP_URL = await broker.server().admin.addUser("blind", "secret", {
      configure: "^queue/blind/",
      write: "^queue/blind/",
      read: "^queue/blind/",
    });
    const { code, stderr } = await runCli(["inspect", story.exchange], { ...env(), AMQP_URL });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `error: ${story.exchange}: access is refused (403): this user may not read it\n`,
    });
  });

  it("gets an error if neither an exchange nor a registry is named", async () => {
    const { code, stderr } = await runCli(["inspect"], { ...env(), REGISTRY_FILE: "/none.yml" });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "error: there is no registry /none.yml: name an exchange, or set REGISTRY_FILE\n",
    });
  });
});
