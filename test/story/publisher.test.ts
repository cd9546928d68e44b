import { randomUUID } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { type CliRun, runCli } from "../cli/run-cli.ts";
import { aMessage } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";
import { until } from "../until.ts";
import { WorkerStory } from "./a-running-worker.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);

broker.describe(`a publisher on ${broker.name} who waits for the outcome of each message`, () => {
  let story: WorkerStory;
  beforeAll(async () => {
    story = await WorkerStory.on(broker.server().url);
    await story.start();
  });
  afterAll(() => story.end());

  /** @param body - the file's text, or a value. */
  function publish(body: unknown, ...args: readonly string[]): Promise<CliRun> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const route = ["--exchange", story.exchange, "--routing-key", "story.try"];
    const env = { AMQP_URL: broker.server().url, DATA_DIR: story.folder };
    return runCli(["publish", "-", ...route, ...args], env, text);
  }

  it("sees that a job is stored, and gets exit code 0", async () => {
    const { code, stdout, stderr } = await publish(aMessage({ taskId: "p/0" }), "--wait");
    expect(stdout).toBe(
      `Published 1 to ${story.exchange} with routing key story.try\nstored    -[0]: try p/0: completed\n`,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const late = await publish(aMessage({ taskId: "p/0", state: "running" }), "--wait");
    expect(late).toMatchObject({ code: 0, stdout: expect.stringContaining("try p/0: completed\n") });
  });

  it("sees immediately that an unscheduled job is skipped", async () => {
    const run = await publish(aMessage({ state: "unscheduled" }), "--wait", "--timeout", "1");
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("\nskipped   -[0]: ") });
  });

  it("sees the outcome of each message of an array, why one was rejected, and where to read more", async () => {
    const jobs = Array.from({ length: 150 }, (_, n) => aMessage({ taskId: `many/${n}` }));
    const all = [...jobs, aMessage({ taskId: "bad_id" }), aMessage({ taskId: "last/0" })];
    const { code, stdout } = await publish(all, "--wait", "--no-validate");
    expect(code).toBe(1);
    const ends = stdout.split("\n").slice(1);
    expect(ends.slice(0, 150)).toEqual(jobs.map((_, n) => `stored    -[${n}]: try many/${n}: completed`));
    const [, id = ""] =
      /^rejected {2}-\[150\]: see pulse-ingest rejections show (\w+)$/.exec(ends[150] ?? "") ?? [];
    expect(ends[151]).toMatch(/^ {2}\/taskId: .*"bad_id" \[pattern\]$/);
    expect(ends[152]).toBe("stored    -[151]: try last/0: completed");
    const store = await story.store();
    expect(await store.findRejection(id)).toMatchObject({ task_id: "bad_id", count: 1 });
    await store.close();
  });

  it("sees the outcome of each line of a file, even if a line is not a message", async () => {
    const lines = [aMessage({ taskId: "line/0" }), aMessage({ taskId: "line/1" })].map((each) =>
      JSON.stringify(each),
    );
    const { code, stdout } = await publish(
      [lines[0], '{"broken', lines[1]].join("\n"),
      "--wait",
      "--no-validate",
    );
    expect(code).toBe(1);
    expect(stdout.match(/^(stored|rejected) .*$/gm)).toEqual([
      "stored    -[0]: try line/0: completed",
      expect.stringContaining("rejected  -[1]: see"),
      "stored    -[2]: try line/1: completed",
    ]);
  });

  // The rejection is found by a hash of the re-serialised message, because publishers write the same JSON in different forms.
  it.each([
    [
      "a file that is one document",
      '{ "id" : 1724442618569203714,\n "inf":1e400 }\n',
      ['{ "id" : 1724442618569203714,\n "inf":1e400 }\n'],
    ],
    [
      "a document in an envelope, as MozillaPulse publishes it",
      '{"payload": [{"a": 1.0}, 2], "_meta": {}}',
      ['{"payload": [{"a": 1.0}, 2], "_meta": {}}'],
    ],
    ["text that is not JSON", '{"a": 1.0,\xff', ['{"a": 1.0,\xff']],
    [
      "each item of an array",
      ' [ {"a": [1.0, "],\\" "]} ,\n-0,"x, \u00e9" , [1e5] ]',
      ['{"a": [1.0, "],\\" "]}', "-0", '"x, \u00e9"', "[1e5]"],
    ],
    ["each line", '{"a": 1e400}\r\n{"b":  1.10}', ['{"a": 1e400}\r', '{"b":  1.10}']],
  ])("publishes the exact bytes with --no-validate: %s", async (_case, text, bodies) => {
    const { queue } = await story.channel.assertQueue("", { exclusive: true });
    await story.channel.bindQueue(queue, story.exchange, "bytes");
    const route = ["--exchange", story.exchange, "--routing-key", "bytes", "--no-validate"];
    const env = { AMQP_URL: broker.server().url };
    expect(await runCli(["publish", "-", ...route], env, text)).toMatchObject({ code: 0 });
    const sent: string[] = [];
    for (let next = await story.channel.get(queue); next !== false; next = await story.channel.get(queue)) {
      sent.push(next.content.toString());
    }
    expect(sent).toEqual(bodies);
    await story.channel.deleteQueue(queue);
  });

  it("publishes the exact bytes of a valid message", async () => {
    const { queue } = await story.channel.assertQueue("", { exclusive: true });
    await story.channel.bindQueue(queue, story.exchange, "bytes");
    const extra = { artifacts: [{ name: "ids", type: "json", blob: { id: "ID" } }], inf: "INF" };
    const text = JSON.stringify(aMessage({ taskId: "bytes/0", extra }), null, 1)
      .replace('"ID"', "1724442618569203714")
      .replace('"INF"', "1e400");
    const route = ["--exchange", story.exchange, "--routing-key", "bytes"];
    const run = await runCli(["publish", "-", ...route], { AMQP_URL: broker.server().url }, text);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const sent = await story.channel.get(queue);
    expect(sent !== false && sent.content.toString()).toBe(text);
    await story.channel.deleteQueue(queue);
  });

  it("sees the rejection of each message, in whatever form it is written", async () => {
    const forms = [
      '{"b": 1, "10": 2, "9": 3, "a": 4}',
      '{"__proto__": {"x": 1}, "constructor": null}',
      '{"n": [1.0, -0, 1E3, 1e-7, 0.1, 12345678901234567890, 1e400]}',
      String.raw`{"t": "\u00e9\/\ud83d\ude00\ud800 \u2028\u0000é"}`,
      '{"a": 1, "a": 2}',
      "17",
      "null",
      JSON.stringify({ big: Array.from({ length: 20_000 }, (_, n) => n / 7) }),
      JSON.stringify({ tooLong: "x".repeat(1_100_000) }),
    ];
    const { code, stdout, stderr } = await publish(`[${forms.join(",\n")}]`, "--wait", "--no-validate");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const ends = stdout.split("\n").filter((line) => !line.startsWith(" "));
    const rejected = forms.map((_, n) => expect.stringContaining(`rejected  -[${n}]: see`));
    expect(ends.slice(1, -1)).toEqual(rejected);
  });

  it.each([
    ["each message of an array within an array", '[[{"a": "inner"}, {"b": "inner"}]]', 2],
    ["text that is not JSON", '{"a": ', 1],
    ["deeper nesting than a worker accepts", `{"deep": ${"[".repeat(80)}${"]".repeat(80)}}`, 1],
  ])("shows the rejection of %s", async (_case, text, count) => {
    const { code, stdout } = await publish(text, "--wait", "--no-validate");
    expect(code).toBe(1);
    expect(stdout.match(/^(rejected|unknown) .*$/gm)).toEqual(
      Array.from({ length: count }, () => expect.stringContaining("rejected  -[0]: see")),
    );
  });

  it("sees a rejection that only the worker's registry causes", async () => {
    const strict = await WorkerStory.on(broker.server().url);
    strict.listExchanges([strict.exchange], "['#']\n    accept_projects: [autoland]");
    await strict.start();
    const route = ["--exchange", strict.exchange, "--routing-key", "story.try", "--wait"];
    const env = { AMQP_URL: broker.server().url, DATA_DIR: strict.folder };
    const run = await runCli(["publish", "-", ...route], env, JSON.stringify(aMessage()));
    await strict.end();
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(
      /rejected {2}-\[0\]: try guid\/0: .*\n.*accept_projects.*\[project-not-accepted\]/,
    );
  });

  it("learns after the timeout that the rejection may only have been counted, because a quota is full", async () => {
    const full = await WorkerStory.on(broker.server().url);
    await full.start({ REJECTIONS_PER_DAY: "1" });
    const route = ["--exchange", full.exchange, "--routing-key", "story.try", "--no-validate"];
    const env = { AMQP_URL: broker.server().url, DATA_DIR: full.folder };
    const send = (taskId: string, timeout: string): Promise<CliRun> =>
      runCli(
        ["publish", "-", ...route, "--wait", "--timeout", timeout],
        env,
        JSON.stringify(aMessage({ taskId })),
      );
    expect(await send("bad_1", "30")).toMatchObject({ code: 1 });
    const { code, stdout, stderr } = await send("bad_2", "8");
    await full.end();
    expect({ code, end: stdout.split("\n")[1] }).toEqual({ code: 3, end: "unknown   -[0]" });
    expect(stderr).toContain(
      `Since the message was published, rejections of ${full.exchange} were only counted, because the quota of today is full: 1.`,
    );
  });

  it("learns after the timeout that nothing was seen, even though the store has become unavailable", async () => {
    const gone = await WorkerStory.on(broker.server().url);
    await (await gone.start()).kill();
    const route = ["--exchange", gone.exchange, "--routing-key", "story.try"];
    const env = { AMQP_URL: broker.server().url, DATA_DIR: gone.folder };
    const run = runCli(
      ["publish", "-", ...route, "--wait", "--timeout", "4"],
      env,
      JSON.stringify(aMessage()),
    );
    await until(async () => (await gone.channel.checkQueue(gone.queue)).messageCount > 0);
    rmSync(join(gone.folder, "pulse-ingest.db"));
    const { code, stderr } = await run;
    await gone.end();
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("1 of 1 did not show up"),
    });
  });

  it("does not see an old rejection as a new one, and learns after the timeout that nothing was seen", async () => {
    const deaf = `deaf-${randomUUID()}`;
    const bad = aMessage({ taskId: "again_and_again" });
    expect(await publish(bad, "--wait", "--no-validate")).toMatchObject({ code: 1 });
    // The queue is bound, so the message is routable, but nobody reads it.
    const exchange = `exchange/guest/${deaf}`;
    await story.channel.assertExchange(exchange, "topic", { durable: true });
    await story.channel.assertQueue(deaf);
    await story.channel.bindQueue(deaf, exchange, "#");
    const route = ["--exchange", exchange, "--routing-key", "story.try"];
    const env = { AMQP_URL: broker.server().url, DATA_DIR: story.folder };
    const args = ["publish", "-", ...route, "--no-validate", "--wait", "--timeout", "0.5"];
    const store = await story.store();
    const [known] = await store.listRejections({ task_id: "again_and_again", limit: 1 });
    if (known === undefined) throw new Error("it was not rejected");
    // The same message on the same route was rejected before this publication.
    const sameRoute = { origin: "pulse", exchange, routing_key: "story.try" } as const;
    await store.recordRejections([{ ...known, route: sameRoute, received_at: "2126-01-05T10:00:00.000Z" }]);
    await store.close();
    const { code, stdout, stderr } = await runCli(args, env, JSON.stringify(bad));
    expect({ code, ends: stdout.split("\n").slice(1) }).toEqual({ code: 3, ends: ["unknown   -[0]", ""] });
    expect(stderr).toMatch(/^error: 1 of 1 did not show up in sqlite \(.*\) within 0\.5 s\. Is a worker/);
    await story.channel.deleteQueue(deaf);
    await story.channel.deleteExchange(exchange);
  });
});

broker.describe(`a publisher's mistakes on ${broker.name}`, () => {
  let story: WorkerStory;
  beforeAll(async () => {
    story = await WorkerStory.on(broker.server().url);
  });
  afterAll(() => story.end());

  function publish(body: unknown, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliRun> {
    const settings = { AMQP_URL: broker.server().url, DATA_DIR: story.folder, ...env };
    return runCli(["publish", "-", ...args], settings, JSON.stringify(body));
  }
  const route = (exchange = story.exchange): string[] => ["--exchange", exchange, "--routing-key", "k.try"];

  it("learns that nobody would read the message", async () => {
    const run = await publish(aMessage(), route());
    expect(run).toMatchObject({ code: 3, stdout: "", stderr: expect.stringMatching(/^error: unroutable: /) });
  });

  it("learns that there is no store before anything is published, and none is created", async () => {
    const DATA_DIR = join(story.folder, "elsewhere");
    // If it were published, it would be unroutable.
    expect(await publish(aMessage(), [...route(), "--wait"], { DATA_DIR })).toEqual({
      code: 2,
      stdout: "",
      stderr: `error: there is no store in ${DATA_DIR}; see DATA_DIR and MONGODB_URL\n`,
    });
    expect(existsSync(DATA_DIR)).toBe(false);
  });

  it("learns what is invalid, and nothing is published", async () => {
    const run = await publish([aMessage(), aMessage({ taskId: "bad_id" })], route());
    // If it were published, it would be unroutable.
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /^-\[1\]: invalid\n {2}\/taskId: .*\nNothing was published\. .*--no-validate\.\n$/,
    );
  });

  it.each([
    [
      "an exchange that does not exist",
      "exchange/other/none",
      /there is no exchange exchange\/other\/none; .*exchange\/guest\/\.\.\./,
    ],
    ["an exchange that is not a topic exchange", "exchange/guest/direct", /is not a durable topic exchange/],
  ])("reports %s", async (_case, exchange, words) => {
    if (exchange.includes("guest")) await story.channel.assertExchange(exchange, "direct");
    const { code, stdout, stderr } = await publish(aMessage(), route(exchange));
    if (exchange.includes("guest")) await story.channel.deleteExchange(exchange);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toMatch(words);
  });

  it("learns that an exchange belongs to another user", async () => {
    const own = "^(queue/writer/.*|exchange/writer/.*)";
    const rights = { configure: own, write: own, read: "^(queue/writer/.*|exchange/.*)" };
    const AMQP_URL = await broker.server().admin.addUser("writer", "secret", rights);
    const { code, stderr } = await publish(aMessage(), route(), { AMQP_URL });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `error: user writer may not publish to ${story.exchange}\n`,
    });
  });

  it("creates a missing exchange under the user's own name", async () => {
    const exchange = `exchange/guest/${randomUUID()}`;
    expect(await publish(aMessage(), route(exchange))).toMatchObject({ code: 3 });
    expect(await story.channel.checkExchange(exchange)).toBeDefined();
    await story.channel.deleteExchange(exchange);
  });

  it.each<[string, readonly string[], NodeJS.ProcessEnv, RegExp]>([
    ["no exchange", ["--routing-key", "k"], {}, /^error: --exchange must be given\n$/],
    [
      "a time without a wait",
      [...["--exchange", "e", "--routing-key", "k"], "--timeout", "5"],
      {},
      /give both/,
    ],
    [
      "a time that is not a number",
      ["--exchange", "e", "--routing-key", "k", "--wait", "--timeout", "soon"],
      {},
      /it is soon/,
    ],
    [
      "a key that is too long",
      ["--exchange", "e", "--routing-key", "k".repeat(256)],
      {},
      /^error: --routing-key must not be longer than 255 bytes; it is 256\n$/,
    ],
    [
      "no broker",
      ["--exchange", "e", "--routing-key", "k"],
      { AMQP_URL: "" },
      /^error: AMQP_URL: must be set/,
    ],
  ])("reports %s", async (_case, args, env, words) => {
    const { code, stderr } = await publish(aMessage(), args, env);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(words) });
  });

  it("needs a store only with --wait", async () => {
    const env = { MONGODB_URL: "nonsense", DATA_DIR: join("/proc", "nowhere") };
    expect(await publish(aMessage(), route(), env)).toMatchObject({ code: 3 });
    const waiting = await publish(aMessage(), [...route(), "--wait"], env);
    expect(waiting).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: MONGODB_URL: .*\n$/) });
  });
});
