import { randomUUID } from "node:crypto";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import Database from "libsql";
import { MongoClient } from "mongodb";
import { planDemo } from "../../demo/plan-demo.ts";
import { LEASE } from "../../src/retention/run-expiry.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { CliProcess, runCli, runProcess } from "../cli/run-cli.ts";
import { IngestStory } from "../ingest/an-ingest.ts";
import { demoMessage } from "../ingest/demo-message.ts";
import { killUnderWay } from "../kill-under-way.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb } from "../servers/shared-servers.ts";
import { readWhole } from "../store/whole-documents.ts";

jest.setTimeout(180_000);
const mongodb = await serverOrSkip(sharedMongodb);
const preload = new URL("../doubles/die-at-write.mjs", import.meta.url).href;

const DAY_MS = 86_400_000;
const MIB = 1024 ** 2;
const MESSAGES = 60;
const size = { seed: 11, days: 2, jobs: 12, longLogLines: 0 };
const { bodies } = planDemo({ ...size, endsAtMs: Date.now() - DAY_MS }, "http://127.0.0.1:9");
/** The first half arrived so much earlier that retention removes its jobs, and no job exceeds the age by only a few seconds. */
const arrivals = bodies
  // A message that is answered with an error is not archived.
  .filter(({ origin }) => origin.kind === "pulse" || origin.clientId === "push-bot")
  .slice(0, MESSAGES)
  .map((body, at) => ({ ...body, atMs: body.atMs - (at < MESSAGES / 2 ? 20 * DAY_MS : 0) }));

let story: IngestStory;
let registry: string;
let original: string;

/** A store with everything that a worker leaves there, including the archive. */
beforeAll(async () => {
  story = await IngestStory.begin();
  original = placeOf("store");
  registry = join(story.folder, "exchanges.yml");
  const names = new Set(bodies.flatMap(({ origin }) => (origin.kind === "pulse" ? [origin.exchange] : [])));
  const entries = [...names].map(
    (name) => `  - {exchange: ${name}, destinations: [demo], projects: ['#']}\n`,
  );
  writeFileSync(registry, `exchanges:\n${entries.join("")}`);
  story.start({
    keepsArchive: true,
    batch: { maxItems: 20, maxBytes: 1024 ** 2, waitMs: 1 },
    rejectionMaxBytes: 65_536,
  });
  const messages = await Promise.all(arrivals.map(demoMessage));
  await Promise.all(messages.map((message) => story.submit(message)));
});
afterAll(() => story.end());

const placeOf = (name: string): string => `sqlite:${join(story.folder, name)}`;
const fileOf = (place: string): string => join(place.slice("sqlite:".length), "pulse-ingest.db");

/** Copies the original store as a file. */
function fileCopy(name: string): string {
  const place = placeOf(name);
  const file = fileOf(place);
  mkdirSync(dirname(file));
  // No prepared statements are used, because they would keep a lock on a closed file until they are garbage-collected.
  const db = new Database(fileOf(original));
  db.exec(`VACUUM INTO '${file}'`);
  db.close();
  return place;
}

/** The settings that make a place the command's own store. */
function settingsOf(place: string): NodeJS.ProcessEnv {
  const own = place.startsWith("sqlite:") ? { DATA_DIR: place.slice(7) } : { MONGODB_URL: place };
  // Single messages, so that there are many writes to die at.
  return { REGISTRY_FILE: registry, BATCH_SIZE: "1", RETAIN_DAYS: "10", ARCHIVE_DAYS: "10", ...own };
}

async function withStoreAt<T>(place: string, work: (store: Store) => Promise<T>): Promise<T> {
  const isFile = place.startsWith("sqlite:");
  const where = { mongodbUrl: isFile ? null : place, dataDir: isFile ? place.slice(7) : "" };
  const store = await openStore({ ...where, rejectionTtlDays: 30 });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

type Contents = Readonly<Record<string, unknown>>;

/** Returns everything in a store that commands change, in the same form for both kinds of store. */
async function contentsOf(place: string): Promise<Contents> {
  return withStoreAt(place, async (store) => {
    return { ...(await readWhole(store)), archive: await store.archiveTotals() };
  });
}

/** Starts a command that is killed at the named write. */
async function killedAt(at: string, args: readonly string[], place: string): Promise<void> {
  const env = { ...settingsOf(place), NODE_OPTIONS: `--import=${preload}`, DIE_AT: at };
  const run = new CliProcess(args, env);
  run.child.stdin.end();
  const { stdout, stderr } = await run.end();
  expect({ signal: run.child.signalCode, stdout, stderr }).toMatchObject({ signal: "SIGKILL", stdout: "" });
}

async function toTheEnd(args: readonly string[], place: string): Promise<void> {
  const { code, stderr } = await runCli(args, settingsOf(place));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}

/** Ends the lease of a killed process, which would otherwise expire within a minute, so that nobody has to wait for it. */
async function endLease(place: string): Promise<void> {
  await withStoreAt(place, async (store) => {
    const holder = await store.takeLease(LEASE, "test", 1);
    await store.releaseLease(LEASE, holder?.owner ?? "test");
  });
}

function withoutPushes(contents: Contents): Contents {
  return Object.fromEntries(Object.entries(contents).filter(([name]) => !/^push |resultsets/.test(name)));
}

/** Returns two writes of a command that makes at least this many: one of the first, and a random one. */
function twoWrites(count: number): string[] {
  const anyOf = (last: number): number => 1 + Math.floor(Math.random() * last);
  return Math.random() < 0.5
    ? [`before ${anyOf(3)}`, `after ${anyOf(count)}`]
    : [`after ${anyOf(3)}`, `before ${anyOf(count)}`];
}

describe("a command that is killed and started again has the same result", () => {
  /** The contents of a store that received the messages, and what retention leaves of them. */
  let expected: Contents;
  let kept: Contents;
  beforeAll(async () => {
    expected = await contentsOf(original);
    const undisturbed = fileCopy("undisturbed");
    await toTheEnd(["expire"], undisturbed);
    kept = await contentsOf(undisturbed);
    expect(Object.keys(kept).length).toBeLessThan(Object.keys(expected).length);
  });

  async function replayInto(target: string, writes: readonly string[]): Promise<void> {
    const args = ["replay", "--into", target];
    for (const at of writes) await killedAt(at, args, original);
    await toTheEnd(args, original);
    // A replayed message is not archived.
    expect({ ...(await contentsOf(target)), archive: null }).toEqual({ ...expected, archive: null });
  }

  async function copyInto(from: string, target: string, writes: readonly string[]): Promise<void> {
    const args = ["copy", "--from", from, "--to", target];
    for (const at of writes) await killedAt(at, args, original);
    await toTheEnd(args, original);
    expect(await contentsOf(target)).toEqual(expected);
  }

  async function expireOn(place: string, writes: readonly string[]): Promise<void> {
    for (const at of writes) {
      await killedAt(at, ["expire"], place);
      await endLease(place);
    }
    await toTheEnd(["expire"], place);
  }

  const inSqlite = { replay: twoWrites(40), expire: twoWrites(4) };
  it(`replay into SQLite, killed ${inSqlite.replay.join(" and ")}`, () =>
    replayInto(placeOf("replayed"), inSqlite.replay));

  it(`expire on SQLite, killed ${inSqlite.expire.join(" and ")}`, async () => {
    const place = fileCopy("expired");
    await expireOn(place, inSqlite.expire);
    expect(await contentsOf(place)).toEqual(kept);
  });

  it("compact, killed while it writes the file", async () => {
    const place = fileCopy("compacted");
    const file = fileOf(place);
    let before = 0;
    const begin = () => {
      const db = new Database(file);
      // Large enough that the command is still running when it is seen.
      db.exec(`CREATE TABLE IF NOT EXISTS kept AS SELECT zeroblob(${32 * MIB})`);
      db.exec(`CREATE TABLE gone AS SELECT zeroblob(${8 * MIB}); DROP TABLE gone`);
      db.close();
      before = statSync(file).size;
      return new CliProcess(["compact"], settingsOf(place)).child;
    };
    const written = (): number => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    for (const share of [0, Math.random()]) await killUnderWay(begin, () => written() > share * 32 * MIB);
    expect(await runProcess(["compact"], settingsOf(place))).toMatchObject({ code: 0 });
    expect(statSync(file).size).toBeLessThan(before - 7 * MIB);
    expect(await contentsOf(place)).toEqual(expected);
  });

  mongodb.describe(`with ${mongodb.name}`, () => {
    const databases: string[] = [];
    afterAll(async () => {
      for (const url of databases) {
        const client = new MongoClient(url);
        await client.db().dropDatabase();
        await client.close();
      }
    });

    function aDatabase(): string {
      const url = new URL(mongodb.server().url);
      url.pathname = `/killed-${randomUUID()}`;
      databases.push(url.href);
      return url.href;
    }

    const replay = twoWrites(40);
    it(`replay into it, killed ${replay.join(" and ")}`, () => replayInto(aDatabase(), replay));

    const writes = { there: twoWrites(10), back: twoWrites(10), expire: twoWrites(4) };
    it(`copy there (${writes.there}) and back (${writes.back}), and expire (${writes.expire})`, async () => {
      const database = aDatabase();
      await copyInto(original, database, writes.there);
      await copyInto(database, placeOf("back"), writes.back);
      await expireOn(database, writes.expire);
      // Pushes are removed by a second run, five minutes later.
      expect(withoutPushes(await contentsOf(database))).toEqual(withoutPushes(kept));
    });
  });
});
