import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { listRejections } from "../../../src/cli/commands/rejections.ts";
import { exportRejections } from "../../../src/cli/commands/rejections-export.ts";
import { replay } from "../../../src/cli/commands/rejections-replay.ts";
import type { CommandOptions } from "../../../src/cli/options/command-options.ts";
import type { Delivery } from "../../../src/domain/delivery.ts";
import { readDelivery } from "../../../src/judge/judge-delivery.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { defaultStoreLimits } from "../../../src/store/rules/store-limits.ts";
import { aDelivery, aMessage, aRejection, limits, schemas } from "../../examples.ts";
import { messageOf, writeMessages } from "../../ingest/write-messages.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";
import { type CliRun, runCli } from "../run-cli.ts";

jest.setTimeout(180_000);

const folder = mkdtempSync(join(tmpdir(), "rejections-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** How much of a payload is kept in these tests. */
const MAX_BYTES = 2000;

/** The worker's store, and a function that runs command lines on it. */
class Place {
  readonly #env: NodeJS.ProcessEnv;
  readonly #mongodbUrl: string | null;
  readonly #dataDir = join(folder, randomUUID());

  constructor(mongodbUrl: string | null) {
    this.#mongodbUrl = mongodbUrl;
    const registry = join(folder, "exchanges.yml");
    writeFileSync(
      registry,
      `exchanges:
  - {exchange: exchange/publisher/jobs, destinations: [treeherder], projects: ['#'], accept_projects: [try]}
  - {exchange: exchange/other/jobs, destinations: [treeherder], projects: ['#']}
`,
    );
    this.#env = { DATA_DIR: this.#dataDir, MONGODB_URL: mongodbUrl ?? "", REGISTRY_FILE: registry };
  }

  run(args: readonly string[], input: string | Buffer = ""): Promise<CliRun> {
    return runCli(["rejections", ...args], this.#env, input);
  }

  /** Parses each line of standard output as JSON. */
  async lines(args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
    const { stdout } = await this.run([...args, "--json"]);
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  async withStore<T>(work: (store: Store) => Promise<T>, limits = defaultStoreLimits): Promise<T> {
    const options = { mongodbUrl: this.#mongodbUrl, dataDir: this.#dataDir, rejectionTtlDays: 30, limits };
    const store = await openStore(options);
    return work(store).finally(() => store.close());
  }

  /** Processes deliveries as a worker does, from an exchange that may write to no project. */
  async receive(...deliveries: readonly Delivery[]): Promise<void> {
    const rules = { schemas, ...limits, tiers: new Map(), acceptsProject: () => false };
    const messages = deliveries.map((delivery) => messageOf(delivery, (one) => readDelivery(one, rules)));
    await this.withStore((store) => writeMessages(store, messages, MAX_BYTES));
  }

  async remove(): Promise<void> {
    if (this.#mongodbUrl === null) return;
    const client = new MongoClient(this.#mongodbUrl);
    await client.db().dropDatabase();
    await client.close();
  }
}

/** How many minutes ago the messages arrived. */
function came(minutes: number, body: unknown, overrides: Partial<Delivery> = {}): Delivery {
  return aDelivery(body, { receivedAtMs: Date.now() - minutes * 60_000, ...overrides });
}

const other = { exchange: "exchange/other/jobs" };
const invalid = aMessage({ taskId: "invalid/0", state: "done", owner: "" });

const origin = { kind: "hg.mozilla.org", project: "try", revision: "a".repeat(40) };

/** The story of an operator who has fixed a problem, on one of the stores. */
function replayStory(newUrl: () => string | null): void {
  let place: Place;
  beforeEach(() => {
    place = new Place(newUrl());
  });
  afterEach(() => place.remove());

  it("are replayed with the present registry: each outcome is printed, and what is accepted now is removed", async () => {
    await place.receive(
      came(50, aMessage({ taskId: "a/0", state: "running" })),
      came(40, aMessage({ taskId: "a/0" })),
      came(30, invalid),
      came(20, aMessage({ taskId: "b/0", origin: { ...origin, project: "autoland" } })),
      came(10, Buffer.from([0xff])),
    );
    const { code, stdout, stderr } = await place.run(["replay", "--all"]);
    expect(stdout.replaceAll(/^\w{12}/gm, "ID").split("\n")).toEqual([
      "ID: try a/0: stored",
      "ID: try a/0: stored",
      "ID: try invalid/0: rejected again",
      expect.stringMatching(/^ {2}\/state: .* \[enum\]$/),
      expect.stringMatching(/^ {2}\/owner: .* \[minLength\]$/),
      "ID: autoland b/0: rejected again",
      expect.stringMatching(/^ {2}\/origin\/project: .*accept_projects.* \[project-not-accepted\]$/),
      "ID: - -: rejected again",
      expect.stringMatching(/UTF-8/),
      "",
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "5 rejections: 2 stored, 3 rejected again\n" });
    const left = await place.lines(["list"]);
    expect(left.map((rejection) => rejection["task_id"])).toEqual([null, "b/0", "invalid/0"]);
    expect(left.map((rejection) => rejection["count"])).toEqual([1, 1, 1]);
    const job = await place.withStore((store) => store.findJob("try", "a/0"));
    expect(job?.job.transitions.map(({ state }) => state)).toEqual(["running", "completed"]);
  });
}

describe("rejections on SQLite", () => replayStory(() => null));

const mongodb = await serverOrSkip(sharedMongodb);
mongodb.describe(`rejections on ${mongodb.name}`, () => {
  replayStory(() => {
    const url = new URL(mongodb.server().url);
    url.pathname = `/rejections-${randomUUID()}`;
    return url.href;
  });
});

describe("rejections", () => {
  const place = new Place(null);

  // The contract of the stores proves that both find the same rejections with each filter.
  it("are listed newest first, found by every filter, counted, and shown in full", async () => {
    const place = new Place(null);
    await place.receive(
      came(50, aMessage({ taskId: "a/0" })),
      came(40, [aMessage({ taskId: "b/0" }), invalid], other),
      came(30, Buffer.from("{no JSON \u001b[2J")),
      came(20, invalid, other),
      came(10, invalid, { ...other, routingKey: "treeherder.else" }),
    );
    const { code, stdout, stderr } = await place.run(["list"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const rows = stdout.trimEnd().split("\n");
    expect(rows.map((row) => row.split(/ {2,}/)[3])).toEqual([
      ...["reason", "schema-violation", "schema-violation", "malformed-body"],
      ...["project-not-accepted", "project-not-accepted"],
    ]);
    expect(rows[2]).toMatch(
      / 2 +schema-violation +try +invalid\/0 +exchange\/other\/jobs +treeherder\.try +\/state: /,
    );
    expect(rows[2]).toMatch(/\(and 1 more\)$/);

    const tasks = async (...filter: string[]) =>
      (await place.lines(["list", ...filter])).map((r) => r["task_id"]);
    expect(await tasks("--task", "b")).toEqual(["b/0"]);
    expect(await tasks("--since", "45m", "--until", "15m", "--project", "try")).toEqual(["invalid/0", "b/0"]);
    const route = ["--exchange", "exchange/other/jobs", "--routing-key", "treeherder.try"];
    expect(await tasks("--reason", "project-not-accepted", ...route)).toEqual(["b/0"]);

    const counts = await place.run(["list", "--counts"]);
    expect(counts.stdout.split("\n").map((row) => row.split(/ {2,}/).slice(0, 4))).toEqual([
      ["messages", "different", "reason", "exchange"],
      ["3", "2", "schema-violation", "exchange/other/jobs"],
      ["1", "1", "project-not-accepted", "exchange/other/jobs"],
      ["1", "1", "malformed-body", "exchange/publisher/jobs"],
      ["1", "1", "project-not-accepted", "exchange/publisher/jobs"],
      [""],
    ]);

    const id = rows[2]?.split(" ")[0] ?? "";
    const shown = await place.run(["show", id]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^times +2$/m);
    expect(shown.stdout).toMatch(/^ {2}\/owner: .* \[minLength\]$/m);
    expect(JSON.parse(shown.stdout.split("The payload\n")[1] ?? "")).toEqual(invalid);
    const raw = await place.run(["show", rows[3]?.split(" ")[0] ?? ""]);
    expect(raw.stdout).toContain("The payload, which could not be decoded\n{no JSON \\u001b[2J\n");
  });

  it("are replayed in pages if there are hundreds, and exit code 0 says that none was rejected", async () => {
    const jobs = Array.from({ length: 250 }, (_, n) => aMessage({ taskId: `many/${n}` }));
    await place.receive(came(5, jobs));
    const { code, stdout, stderr } = await place.run([
      "replay",
      "--reason",
      "project-not-accepted",
      "--json",
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "250 rejections: 250 stored\n" });
    const told = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(new Set(told.map(({ task_id }) => task_id)).size).toBe(250);
    expect(told[0]).toEqual({
      ...{ id: expect.stringMatching(/^[0-9a-f]{32}$/), project: "try" },
      ...{ task_id: expect.any(String), outcome: "stored", errors: [] },
    });
    expect(await place.run(["list"])).toEqual({ code: 0, stdout: "No matching rejections.\n", stderr: "" });
    expect(await place.run(["replay", "--all"])).toMatchObject({
      code: 0,
      stderr: "No matching rejections.\n",
    });
  });

  it("are replayed by the beginning of an id; one whose payload was cut cannot be replayed", async () => {
    await place.receive(
      came(3, aMessage({ taskId: "one/0" })),
      came(2, aMessage({ taskId: "long/0", extra: { x: "y".repeat(MAX_BYTES) } })),
    );
    const [long, one] = await place.lines(["list"]);
    const shorter = String(one?.["id"]).slice(0, 8);
    expect(await place.run(["replay", shorter])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/stored\n$/),
    });
    const { code, stdout, stderr } = await place.run(["replay", String(long?.["id"])]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "1 rejection: 1 cannot be replayed\n" });
    expect(stdout).toMatch(
      /only the beginning .* \d{4} bytes, sha256 [0-9a-f]{64}\): its publisher has to send it again/,
    );
    expect(await place.run(["show", shorter])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no rejection"),
    });
    const missing = await place.run(["replay", shorter, String(long?.["id"])]);
    expect(missing).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("Nothing was replayed."),
    });
  });

  it("of messages that killed workers are replayed only by id, and not along with others", async () => {
    const apart = new Place(null);
    const content = Buffer.from(JSON.stringify(aMessage())).toString("base64");
    const payload = { ...aRejection("").payload, encoding: "base64", content } as const;
    const fault = { reason: "killed-worker", attempts: 5 } as const;
    await apart.withStore((store) => store.recordRejections([aRejection("", { fault, payload })]));
    const among = await apart.run(["replay", "--all"]);
    expect(among).toMatchObject({ code: 1, stderr: "1 rejection: 1 cannot be replayed\n" });
    const [, id = ""] = /^(\w+): - -: cannot be replayed\n.*by its id/.exec(among.stdout) ?? [];
    const alone = await apart.run(["replay", id]);
    expect(alone).toMatchObject({ code: 0, stdout: `${id}: try guid/0: stored\n` });
    expect(await apart.lines(["list"])).toEqual([]);
  });

  it.each([
    [[], ["exchange/a", "exchanges that the registry does not list", "client:one", "client:two"]],
    [
      ["--exchange", "exchange/a"],
      ["exchange/a", "exchanges that the registry does not list"],
    ],
    [["--client", "one"], ["client:one"]],
  ])("that were only counted are reported with their sender: list %j", async (filter, senders) => {
    const full = new Place(null);
    const quotas = ["exchange/a", "other", "client:one", "client:two"];
    const rejections = quotas.flatMap((quota) => ["1", "2"].map((n) => aRejection(quota + n, { quota })));
    await full.withStore((store) => store.recordRejections(rejections), {
      ...defaultStoreLimits,
      rejectionQuota: { perDay: 1, bytesPerDay: 0 },
    });
    const { stderr } = await full.run(["list", ...filter]);
    const told = Array.from(stderr.matchAll(/^1 more message from (.*) on /gm), ([, sender]) => sender);
    expect(told.toSorted()).toEqual(senders.toSorted());
  });

  it("are shown and exported with numbers as they were sent", async () => {
    const exporting = new Place(null);
    const text = JSON.stringify({ ...invalid, extra: { id: "ID" } }).replace(
      '"ID"',
      "[1724442618569203714,1e400,1.10]",
    );
    await exporting.receive(came(1, Buffer.from(text)));
    expect(await exporting.run(["export"])).toMatchObject({ code: 0, stdout: `${text}\n` });
    const [kept] = await exporting.lines(["list"]);
    const { stdout } = await exporting.run(["show", String(kept?.["id"])]);
    for (const number of ["1724442618569203714", "1e400", "1.10"])
      expect(stdout).toContain(`      ${number}`);
  });

  it("are exported as they were sent, and validate accepts the format", async () => {
    const exporting = new Place(null);
    await exporting.receive(
      came(3, [aMessage({ taskId: "e/0" }), invalid]),
      came(2, Buffer.from([0xff])),
      came(1, aMessage({ taskId: "u/0", logs: [{ name: "live", url: "https://u:geheim@h/1" }] })),
    );
    const { payload } = aRejection("");
    const cut = { ...payload, truncated: true, encoding: "base64", content: "eyI=" } as const;
    await exporting.withStore((store) => store.recordRejections([aRejection("", { payload: cut })]));
    const { code, stdout, stderr } = await exporting.run(["export"]);
    expect(code).toBe(1);
    const messages = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(messages).toHaveLength(2);
    expect(messages).toEqual(expect.arrayContaining([aMessage({ taskId: "e/0" }), invalid]));
    for (const why of ["its bytes could not be decoded", "a password ", "only the beginning "])
      expect(stderr).toContain(`is left out: ${why}`);
    expect(stderr).toMatch(/\n2 exported, 3 left out: see rejections show\n$/);
    expect(stdout + stderr).not.toContain("geheim");
    const validated = await runCli(["validate", "-", "--json"], {}, stdout);
    const verdicts = validated.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).valid);
    expect(verdicts.toSorted()).toEqual([false, true]);
    const whole = await exporting.run(["export", "--reason", "project-not-accepted", "--limit", "1"]);
    expect(whole).toMatchObject({ code: 0, stderr: "1 exported\n" });
  });

  it.each<[CommandOptions, string]>([
    [{ reason: "ugly" }, "--reason must be one of oversize-body, "],
    [{ until: "soon" }, "--until must be a time"],
    [{ limit: "0" }, "--limit must be a whole number"],
  ])(
    "are not searched by an invalid filter such as %j, and the error says what is allowed",
    async (options, allowed) => {
      for (const command of [listRejections, exportRejections]) {
        await expect(command({}, options)).rejects.toThrow(allowed);
      }
      await expect(replay({}, [], options)).rejects.toThrow(allowed);
    },
  );

  it("are replayed by ids or by filters, and all of them only with --all", async () => {
    await expect(replay({}, [], {})).rejects.toThrow("give an id or a filter, or --all");
    await expect(replay({}, ["abcd"], { project: "try" })).rejects.toThrow("not both");
  });

  it("are not searched for if there is no store", async () => {
    const nowhere = { DATA_DIR: join(folder, "nowhere") };
    expect(await runCli(["rejections", "list"], nowhere)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no store"),
    });
  });
});
