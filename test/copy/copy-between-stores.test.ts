import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, jest } from "@jest/globals";
import Database from "libsql";
import { MongoClient } from "mongodb";
import { seedDemo } from "../../demo/seed-demo.ts";
import { encodeSegment } from "../../src/archive/segment.ts";
import { copyStoreContents } from "../../src/copy/copy-store-contents.ts";
import type { Bug } from "../../src/domain/bug.ts";
import { canonicalJson } from "../../src/domain/text/canonical-json.ts";
import { forwardCalls } from "../../src/store/calls/forward-calls.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { CopyStore } from "../../src/store/ports/copy-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { Arrival } from "../../src/store/ports/submission-store.ts";
import { compareStates } from "../../src/store/rules/advance-job.ts";
import { anEntry } from "../archive/an-entry.ts";
import { runCli, runProcess } from "../cli/run-cli.ts";
import { overRest } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb } from "../servers/shared-servers.ts";
import { copiesOf, everything, fillStore, job } from "../store/copy-contract.ts";
import { readWhole } from "../store/whole-documents.ts";

jest.setTimeout(180_000);
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});
const mongodb = await serverOrSkip(sharedMongodb);
const folder = mkdtempSync(join(tmpdir(), "copy-"));
const silent = (): void => undefined;

function databaseUrl(): string {
  const url = new URL(mongodb.server().url);
  url.pathname = `/copy-${randomUUID()}`;
  return url.href;
}

const open = (place: string): Promise<Store> =>
  openStore({
    mongodbUrl: place.startsWith("mongodb:") ? place : null,
    dataDir: join(folder, place),
    rejectionTtlDays: 30,
  });

async function drop(url: string): Promise<void> {
  const client = new MongoClient(url);
  await client.db().dropDatabase();
  await client.close();
}

/** Returns everything that is copied, as one text for each document, independent of the store's order. */
async function contents(store: Store): Promise<string[]> {
  const all = await copiesOf(store);
  return all
    .map((document) => canonicalJson("order" in document ? { ...document, order: null } : document))
    .toSorted();
}

mongodb.describe(`between SQLite and ${mongodb.name}`, () => {
  let original: Store;
  let database: Store;
  const url = databaseUrl();
  beforeAll(async () => {
    [original, database] = [await open("original"), await open(url)];
    await seedDemo(original, { jobs: 40 });
    await fillStore(original);
    const origin = { kind: "pulse", exchange: "e", routingKey: "k", redelivered: false } as const;
    const head = { content_type: null, content_encoding: null, compression: null, oversize: null };
    const entry = { origin, received_at: "2026-01-05T10:00:00.000Z", ...head, unreadable_queue: null };
    await original.addSegment(
      await encodeSegment([{ ...entry, body: Buffer.from("{}"), projects: ["try"], tasks: ["t"] }]),
    );
  });
  afterAll(async () => {
    await Promise.all([original.close(), database.close()]);
    await drop(url);
    rmSync(folder, { recursive: true });
  });

  it("a copy there and back, interrupted again and again, contains the same documents", async () => {
    await copyInterrupted(original, database);
    const back = await open("back");
    await copyInterrupted(database, back);
    expect(await contents(back)).toEqual(await contents(original));
    expect(await contents(database)).toEqual(await contents(original));
    expect(await readWhole(back)).toEqual(await readWhole(original));
    expect(await back.countDocuments()).toEqual(await original.countDocuments());
    expect(await back.readBugs(0, 10_000)).toEqual(await original.readBugs(0, 10_000));
    expect(await back.archiveTotals()).toEqual(await original.archiveTotals());
    await back.close();
  });

  it("the command copies, compares, and resumes where it stopped; its output contains no passwords", async () => {
    const args = ["copy", "--from", `sqlite:${join(folder, "original")}`, "--to", url, "--credentials"];
    const run = await runCli([...args, "--json"], {});
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
    const view = JSON.parse(run.stdout);
    expect(view).toMatchObject({ to: url, differing: 0, differences: [], project: null, since: null });
    for (const { documents, written, kept, from_sha256, to_sha256 } of Object.values<Record<string, unknown>>(
      view.kinds,
    )) {
      expect([written, kept, to_sha256]).toEqual([0, documents, from_sha256]);
    }
    const laptop = await runCli(
      ["copy", "--from", url.replace("//", "//user:geheim@"), "--to", "sqlite:x", "--dry-run"],
      {},
    );
    expect(laptop.stdout + laptop.stderr).not.toContain("geheim");
  });

  it("--dry-run counts what would be copied, and creates nothing", async () => {
    const to = join(folder, "nothing");
    const from = `sqlite:${join(folder, "original")}`;
    const run = await runCli(["copy", "--from", from, "--to", `sqlite:${to}`, "--dry-run", "--json"], {});
    const { kinds } = JSON.parse(run.stdout);
    expect(kinds.job).toBe((await original.countDocuments())["jobs"]);
    expect(kinds).not.toHaveProperty("credential");
    expect(existsSync(to)).toBe(false);
  });

  it("copying a part of a database to a laptop copies no secret, and a repetition costs nothing", async () => {
    const to = `sqlite:${join(folder, "laptop")}`;
    const args = ["copy", "--from", url, "--to", to, "--project", "try", "--since", "2026-02-01"];
    for (const written of [true, false]) {
      const { code, stdout } = await runCli([...args, "--json"], {});
      expect(code).toBe(0);
      expect(JSON.parse(stdout).kinds.job.written > 0).toBe(written);
    }
    const laptop = await open("laptop");
    expect(await laptop.listProjectNames(10)).toEqual(["try"]);
    expect((await laptop.findJob("try", "new/0"))?.job.state).toBe("pending");
    expect(await laptop.findJob("try", "done/0")).toBeNull();
    expect(await laptop.listCredentials()).toEqual([]);
    expect((await laptop.listPushes({ project: "try", limit: 50 })).pushes.length).toBeGreaterThan(0);
    await laptop.close();
  });

  it("a document that the target lost or changed is reported, with exit code 1", async () => {
    const client = new MongoClient(url);
    const jobs = client.db().collection<{ _id: string; who: string }>("jobs");
    const [changed] = await jobs.find().limit(1).toArray();
    await jobs.updateOne({ _id: changed?._id ?? "" }, { $set: { who: "somebody else" } });
    await client.close();
    const args = ["copy", "--from", `sqlite:${join(folder, "original")}`, "--to", url];
    const { code, stdout } = await runCli(args, {});
    expect(code).toBe(1);
    expect(stdout).toContain(`different in the target: job ${changed?._id}\n`);
    expect(stdout).toContain("Compared: 1 document differs.");
  });

  it("while workers write to both stores, no job goes backwards and none is lost", async () => {
    const source = await open("raced");
    const place = databaseUrl();
    const [target, worker] = [await open(place), await open(place)];
    const states = ["pending", "running", "completed"] as const;
    const names = Array.from({ length: 60 }, (_, index) => `raced${index}`);
    const message = (name: string, state: string, at: number): Arrival =>
      job(name, state, `2026-03-05T10:00:00.0${10 + at}Z`, {
        extra: { artifacts: [{ name: state, type: "json", blob: at }] },
      });
    await source.storeSubmissions(
      names.map((name, index) => message(name, states[index % 3] ?? "pending", index % 3)),
    );
    const write = async (store: Store, shift: number): Promise<void> => {
      for (let at = 0; at < names.length; at += 6) {
        const batch = names.slice(at, at + 6);
        await store.storeSubmissions(
          batch.map((name, index) => message(name, states[(at + index + shift) % 3] ?? "pending", 5)),
        );
      }
    };
    await Promise.all([
      copyStoreContents(source, target, everything, silent),
      write(worker, 1),
      write(source, 2),
    ]);
    // The worker of the source has ended. This copy includes everything.
    const { differing, differences } = await copyStoreContents(source, target, everything, silent);
    expect([differing, differences]).toEqual([0, []]);
    for (const [index, name] of names.entries()) {
      const view = await target.findJob("try", `${name}/0`);
      const sent = [index, index + 1, index + 2].map((shift) => states[shift % 3] ?? "pending");
      for (const state of sent) expect(compareStates(view?.job.state ?? "", state)).not.toBe("update");
      expect(view?.artifacts.toSorted()).toEqual(
        [...new Set(sent)].filter((each) => view?.artifacts.includes(each)).toSorted(),
      );
      expect(view?.artifacts).toContain("completed");
    }
    await Promise.all([source.close(), target.close(), worker.close()]);
    await drop(place);
  });
});

it("a damaged segment of the archive is not copied and is named, and all others are copied", async () => {
  const places = [0, 1].map(() => mkdtempSync(join(tmpdir(), "copy-"))) as [string, string];
  const [source, target] = await Promise.all(
    places.map((dataDir) => openStore({ mongodbUrl: null, dataDir, rejectionTtlDays: 30 })),
  );
  if (source === undefined || target === undefined) throw new Error("there are two stores");
  const sound = await encodeSegment([anEntry({ received_at: "2026-01-05T11:00:00.000Z" })]);
  const damaged = { ...(await encodeSegment([anEntry()])), data: Buffer.from("cut") };
  for (const segment of [damaged, sound]) await source.addSegment(segment);
  const { kinds, differing, differences } = await copyStoreContents(source, target, everything, silent);
  expect(kinds["segment"]).toMatchObject({ documents: 2, written: 1, kept: 0, same: 1, different: 1 });
  expect([differing, differences]).toEqual([1, [{ kind: "segment", name: damaged.id, is: "damaged" }]]);
  expect(await target.readSegment(sound.id)).toEqual(sound.data);
  await Promise.all([source.close(), target.close()]);
  for (const place of places) rmSync(place, { recursive: true });
});

const aBug: Bug = {
  ...{ id: 1, summary: "Intermittent leak", status: "NEW", resolution: "" },
  ...{ modified: null, crash_signature: "", keywords: "", os: "" },
};

it("a full disk ends a copy into an embedded store after half a minute, with the reason and the next step", async () => {
  const [source, target] = [await open("some"), await open("full")];
  await source.replaceBugs([aBug]);
  await Promise.all([source.close(), target.close()]);
  const { exec } = Database.prototype;
  jest.spyOn(Database.prototype, "exec").mockImplementation(function (this: Database.Database, sql) {
    if (sql !== "DELETE FROM bugs") return exec.call(this, sql);
    throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
  });
  jest.useFakeTimers({ doNotFake: ["Date", "performance", "setImmediate", "nextTick", "queueMicrotask"] });
  const places = ["some", "full"].map((name) => `sqlite:${join(folder, name)}`);
  const running = runCli(["copy", "--from", places[0] ?? "", "--to", places[1] ?? ""], {});
  let isOver = false;
  const over = running.finally(() => {
    isOver = true;
  });
  let seconds = 0;
  for (; !isOver; seconds++) await jest.advanceTimersByTimeAsync(1000);
  const { code, stderr } = await over;
  expect(seconds).toBeLessThan(60);
  expect(code).toBe(1);
  expect(stderr).toMatch(/ is away: database or disk is full; trying again for 30 s$/m);
  expect(stderr).toMatch(
    /\nTo continue: run the same command again\.\nerror: store unavailable: sqlite .*full.*: database or disk is full\n$/,
  );
});

it("jobs that the target's workers have renamed count as later, without a Node.js warning", async () => {
  const places = [0, 1].map(() => mkdtempSync(join(tmpdir(), "copy-")));
  const run = (guid: string, state: string, more: object): Arrival => {
    const arrival = job("run", state, undefined, more);
    const { submission } = arrival;
    return overRest({
      ...arrival,
      submission: { ...submission, job: { ...submission.job, job_guid: guid } },
    });
  };
  // All of them are looked up at the same time, and Node.js warns about more than ten listeners.
  const guids = Array.from({ length: 20 }, (_, index) => `run${index}`);
  const running = guids.map((guid) => run(guid, "running", {}));
  const retried = guids.map((guid) => run(`${guid}_12345`, "completed", { isRetried: true }));
  for (const [at, dataDir] of places.entries()) {
    const store = await openStore({ mongodbUrl: null, dataDir, rejectionTtlDays: 30 });
    await store.storeSubmissions(running);
    if (at === 1) await store.storeSubmissions(retried);
    await store.close();
  }
  const args = ["--from", `sqlite:${places[0]}`, "--to", `sqlite:${places[1]}`, "--json"];
  const { code, stdout, stderr } = await runProcess(["copy", ...args], {});
  expect([code, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ kinds: { job: { written: 0, kept: 20, later: 20 } } });
  for (const place of places) rmSync(place, { recursive: true });
});

it.each([
  ["--to must be given", ["--from", "sqlite:a"]],
  [
    '--from must be sqlite:DIR, with the folder of an embedded store, or mongodb://...; it is "data"',
    ["--from", "data", "--to", "sqlite:b"],
  ],
  ["--from and --to name the same store", ["--from", "sqlite:a", "--to", "sqlite:./a"]],
  ["--from sqlite:/nowhere: there is no store", ["--from", "sqlite:/nowhere", "--to", "sqlite:b"]],
  [
    "--project: sqlite:FOLDER has no project",
    ["--from", "sqlite:FOLDER", "--to", "sqlite:b", "--project", "x"],
  ],
  [
    "--to mongodb://u:***@h/x?foo=***: option foo is not supported",
    ["--from", "sqlite:FOLDER", "--to", "mongodb://u:geheim@h/x?foo=1"],
  ],
  [
    "--to mongodb://u:***@localhost:1/x: ",
    ["--from", "sqlite:FOLDER", "--to", "mongodb://u:geheim@localhost:1/x"],
  ],
])("a mistake on the command line says what to do: %s", async (words, args) => {
  const place = mkdtempSync(join(tmpdir(), "copy-"));
  await (await openStore({ mongodbUrl: null, dataDir: place, rejectionTtlDays: 30 })).close();
  const given = args.map((arg) => arg.replace("FOLDER", place));
  const { code, stderr } = await runCli(["copy", ...given], {});
  expect(code).toBe(2);
  expect(stderr).toContain(words.replace("FOLDER", place));
  expect(stderr).not.toContain("geheim");
  rmSync(place, { recursive: true });
});

class Killed extends Error {}

/** Copies, is interrupted at a random write, and resumes, until the copy is complete. */
async function copyInterrupted(from: Store, to: Store): Promise<void> {
  for (let round = 0; ; round++) {
    let left = 2 + round * 2 + Math.floor(Math.random() * 2);
    const mortal = forwardCalls<Store>(
      {
        name: to.name,
        async writeCopies(documents: Parameters<CopyStore["writeCopies"]>[0]) {
          left -= 1;
          if (left > 0) return to.writeCopies(documents);
          await to.writeCopies(documents.slice(0, Math.floor(Math.random() * documents.length)));
          throw new Killed();
        },
      },
      (call) => call(to),
    );
    try {
      const { differing, differences } = await copyStoreContents(from, mortal, everything, silent);
      expect([differing, differences]).toEqual([0, []]);
      expect(round).toBeGreaterThan(1);
      return;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
}
