import { randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { planDemo } from "../../../demo/plan-demo.ts";
import { restoreSegment } from "../../../src/archive/segment.ts";
import type { MessageProgress } from "../../../src/ingest/progress/message-progress.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { aFilter } from "../../archive/an-entry.ts";
import { IngestStory } from "../../ingest/an-ingest.ts";
import { demoMessage } from "../../ingest/demo-message.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";
import { readWhole } from "../../store/whole-documents.ts";
import { CliProcess, type CliRun, runCli } from "../run-cli.ts";

jest.setTimeout(180_000);
const mongodb = await serverOrSkip(sharedMongodb);

const HOUR_MS = 3_600_000;
/** An hour ago, so that no rejection has expired. */
const endsAtMs = Math.floor(Date.now() / HOUR_MS - 1) * HOUR_MS;
const size = { seed: 5, days: 2, jobs: 25, endsAtMs, longLogLines: 0 };
const { bodies } = planDemo(size, "http://127.0.0.1:9");

let story: IngestStory;
let archive: string;
let registry: string;
/** How many posts were answered with an error. */
let refusedPosts: number;
/** Everything that the worker has stored from what it has archived. */
let original: Readonly<Record<string, unknown>>;

/** Runs a worker with an archive on two days of messages. */
beforeAll(async () => {
  story = await IngestStory.begin();
  archive = join(story.folder, "store");
  registry = join(story.folder, "exchanges.yml");
  const exchanges = new Set(
    bodies.flatMap(({ origin }) => (origin.kind === "pulse" ? [origin.exchange] : [])),
  );
  const entries = [...exchanges].map(
    (name) => `  - {exchange: ${name}, destinations: [demo], projects: ['#']}\n`,
  );
  writeFileSync(registry, `exchanges:\n${entries.join("")}`);
  story.start({
    keepsArchive: true,
    batch: { maxItems: 50, maxBytes: 1024 ** 2, waitMs: 1 },
    rejectionMaxBytes: 65_536,
  });
  const messages = await Promise.all(bodies.map(demoMessage));
  const answers = await Promise.all(messages.map((message) => story.submit(message)));
  refusedPosts = answers.filter((answer) => answer.kind === "ended" && isRefusedPost(answer.progress)).length;
  const stored = Object.entries(await readWhole(story.real));
  // A post that was answered with an error is not in the archive.
  original = Object.fromEntries(stored.filter(([, value]) => Object(value).endpoint === undefined));
});
afterAll(() => story.end());

function isRefusedPost({ message, ended }: MessageProgress): boolean {
  return message.origin.kind === "rest" && ended.every(({ outcome }) => outcome === "rejected");
}

const archived = (): number => bodies.length - refusedPosts;

function replay(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliRun> {
  return runCli(["replay", ...args], { DATA_DIR: archive, REGISTRY_FILE: registry, ...env });
}

/** The jobs of each kind, and the other numbers that `--json` prints. */
async function replayJson(...args: readonly string[]) {
  const { code, stdout } = await replay([...args, "--json"]);
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

/** Reads a store that a command has written to. */
async function readAt(
  mongodbUrl: string | null,
  dataDir: string,
): Promise<Readonly<Record<string, unknown>>> {
  const store = await openStore({ mongodbUrl, dataDir, rejectionTtlDays: 30 });
  try {
    return await readWhole(store);
  } finally {
    await store.close();
  }
}

it("an archive that is replayed into an empty store gives the same documents", async () => {
  const target = join(story.folder, "replayed");
  const { code, stdout, stderr } = await replay(["--into", `sqlite:${target}`]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(Object.keys(original).length).toBeGreaterThan(150);
  expect(await readAt(null, target)).toEqual(original);
  const [heading, ...rows] = stdout.trimEnd().split("\n");
  expect(heading?.split(/ {2,}/)).toEqual([
    ...["from", "messages", "stored", "unchanged", "skipped", "rejected", "failed", "reasons"],
  ]);
  expect(rows.map((row) => row.split(" ")[0])).toEqual(expect.arrayContaining(["client:push-bot", "all"]));
  expect(stdout).toMatch(/ \d+ schema-violation/);
  // A replayed message is not archived.
  const again = await replay([], { DATA_DIR: target });
  expect(again).toMatchObject({ code: 0, stdout: "The archive is empty: see ARCHIVE_DAYS.\n" });
});

it("an archive that is replayed into its own store changes nothing, while a worker uses the store", async () => {
  const before = await readWhole(story.real);
  const { messages, jobs, done, go_on_since, senders } = await replayJson();
  expect(await readWhole(story.real)).toEqual(before);
  expect({ done, go_on_since, messages }).toEqual({ done: true, go_on_since: null, messages: archived() });
  expect(jobs).toMatchObject({ stored: 0, failed: 0 });
  expect(jobs.unchanged).toBeGreaterThan(100);
  expect(senders).toContainEqual(
    expect.objectContaining({
      origin: "rest",
      client_id: "push-bot",
      jobs: expect.objectContaining({ failed: 0 }),
    }),
  );
});

it("a dry run counts the verdicts, and writes nothing", async () => {
  const target = join(story.folder, "never");
  const judged = await replayJson("--dry-run", "--into", `sqlite:${target}`);
  expect(existsSync(target)).toBe(false);
  expect(judged).toMatchObject({ dry_run: true, messages: archived(), jobs: { failed: 0 } });
  expect(judged.jobs.accepted).toBeGreaterThan(100);
  expect(judged.jobs).not.toHaveProperty("stored");
});

it("only the requested messages are replayed", async () => {
  const run = (...args: string[]) => replayJson("--dry-run", ...args);
  expect((await run("--client", "push-bot")).senders).toMatchObject([{ client_id: "push-bot" }]);
  const day = { by: "change", project: "try", from: null, to: null } as const;
  const [listed] = await story.real.readJobs(await story.real.selectJobs(day, "try", 1));
  const { job_guid, transitions } = listed?.job ?? { job_guid: "", transitions: [] };
  const [first] = transitions;
  if (first?.origin !== "pulse") throw new Error("the job does not come from an exchange");
  const place = ["--exchange", first.exchange, "--project", "try", "--task", job_guid];
  const ofJob = await run(...place);
  expect(ofJob.senders).toMatchObject([{ exchange: first.exchange, messages: ofJob.messages }]);
  expect(ofJob.messages).toBeGreaterThanOrEqual(transitions.length);
  expect(ofJob.messages).toBeLessThanOrEqual(4);
  const later = await run(...place, "--since", new Date(Date.parse(first.received_at) + 1).toISOString());
  expect(later.messages).toBe(ofJob.messages - 1);
  const nothing = await replay([...place, "--until", first.received_at]);
  expect(nothing).toMatchObject({ code: 0, stdout: "No archived messages match.\n" });
});

it.each([
  [["--since", "yesterday"], /--since must be a time/],
  [["--into", "postgres://x"], /--into must be sqlite:DIR/],
])("%j is an error that says what would be right", async (args, words) => {
  const { code, stderr } = await replay(args);
  expect(code).toBe(2);
  expect(stderr).toMatch(words);
});

it("without a store there is nothing to replay", async () => {
  const { code, stderr } = await replay([], { DATA_DIR: join(story.folder, "nothing") });
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/there is no store in /) });
});

it("an interrupted replay says how to resume, and resuming it gives the same result", async () => {
  const target = join(story.folder, "interrupted");
  const store = await openStore({ mongodbUrl: null, dataDir: target, rejectionTtlDays: 30 });
  const preload = new URL("../../doubles/die-at-write.mjs", import.meta.url).href;
  const env = {
    ...{ DATA_DIR: archive, REGISTRY_FILE: registry, NODE_OPTIONS: `--import=${preload}` },
    // Each message is written by itself, so that there are more writes than these.
    ...{ BATCH_SIZE: "1", DIE_AT: "after 30", DIE_BY: "SIGINT" },
  };
  const args = ["--since", "30d", "--into", `sqlite:${target}`];
  const interrupted = new CliProcess(["replay", ...args], env);
  interrupted.child.stdin.end();
  const { code, stderr } = await interrupted.end();
  expect(code).toBe(1);
  expect(await readWhole(store)).not.toEqual(original);
  const words = /^Interrupted\. To continue: pulse-ingest replay --since (\S+) --until (\S+) --into (\S+)$/m;
  const [, since = "", end = "", into = ""] = words.exec(stderr) ?? [];
  expect(Date.parse(since)).toBeLessThan(Date.parse(end));
  await replay(["--since", since, "--until", end, "--into", into]);
  expect(await readWhole(store)).toEqual(original);
  await store.close();
});

mongodb.describe(`with ${mongodb.name}`, () => {
  const urlOf = (): string => {
    const url = new URL(mongodb.server().url);
    url.pathname = `/replay-${randomUUID()}`;
    return url.href;
  };
  let url: string;
  beforeAll(() => {
    url = urlOf();
  });
  afterAll(async () => {
    const client = new MongoClient(url);
    await client.db().dropDatabase();
    await client.close();
  });

  it("an archive in SQLite gives the same documents in MongoDB, and from there in SQLite again", async () => {
    expect((await replay(["--into", url])).code).toBe(0);
    const store = await openStore({ mongodbUrl: url, dataDir: "", rejectionTtlDays: 30 });
    await copyArchive(story.real, store);
    const target = join(story.folder, "back");
    const env = { MONGODB_URL: url, DATA_DIR: join(story.folder, "none") };
    expect((await replay(["--into", `sqlite:${target}`], env)).code).toBe(0);
    expect(await readAt(null, target)).toEqual(original);
    // Replays its own archive once more.
    expect((await replay([], env)).code).toBe(0);
    expect(await readWhole(store)).toEqual(original);
    await store.close();
  });
});

async function copyArchive(from: Store, to: Store): Promise<void> {
  for (const { id } of await from.findSegments(aFilter(), null, 1000)) {
    const data = await from.readSegment(id);
    if (data !== null) await to.addSegment(await restoreSegment(id, data));
  }
}
