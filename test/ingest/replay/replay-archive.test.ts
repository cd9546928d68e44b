import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { planDemo } from "../../../demo/plan-demo.ts";
import { SeededRandom } from "../../../demo/seeded-random.ts";
import { writeBodies } from "../../../demo/write-bodies.ts";
import { readArchive } from "../../../src/archive/read-archive.ts";
import type { ArchivedEntry } from "../../../src/archive/segment.ts";
import { Unavailable } from "../../../src/domain/faults.ts";
import { rejectionId } from "../../../src/domain/ids.ts";
import { toStoredRoute } from "../../../src/domain/origin.ts";
import type { ReplayTarget } from "../../../src/ingest/replay/archive-target.ts";
import { judgeArchive } from "../../../src/ingest/replay/judge-archive.ts";
import {
  type Replayed,
  type ReplayOptions,
  replayArchive,
} from "../../../src/ingest/replay/replay-archive.ts";
import type { ReplayRules } from "../../../src/ingest/replay/replayed-message.ts";
import { rejectedPayload } from "../../../src/ingest/write/to-rejection.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { defaultStoreLimits } from "../../../src/store/rules/store-limits.ts";
import { aFilter, anEntry } from "../../archive/an-entry.ts";
import { MemoryArchive } from "../../archive/memory-archive.ts";
import { aMessage, itemRules, REVISION, schemas } from "../../examples.ts";
import { readWhole } from "../../store/whole-documents.ts";
import { impatient } from "../write-messages.ts";

const folder = mkdtempSync(join(tmpdir(), "replay-archive-"));
afterAll(() => rmSync(folder, { recursive: true }));
let stores = 0;

function anEmptyStore(): Promise<Store> {
  const dataDir = join(folder, String(stores++));
  const limits = { ...defaultStoreLimits, maxWaitingLogs: Number.POSITIVE_INFINITY };
  // The retention is long, because the messages of some tests have a fixed date.
  return openStore({ mongodbUrl: null, dataDir, rejectionTtlDays: 36_500, limits });
}

/** Returns an archived delivery with this body. */
function archived(body: unknown, overrides: Partial<ArchivedEntry> = {}): ArchivedEntry {
  return anEntry({ body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)), ...overrides });
}
const rules: ReplayRules = {
  judge: { ...itemRules, maxJobs: 1000, schemas, acceptsProject: () => true },
  wanted: { project: null, task: null },
  killers: new Map(),
};

/** Archives these messages in segments of this many messages. */
async function archiveOf(entries: readonly ArchivedEntry[], each = 50): Promise<MemoryArchive> {
  const archive = new MemoryArchive();
  for (let at = 0; at < entries.length; at += each) await archive.add(...entries.slice(at, at + each));
  return archive;
}

interface Run extends Replayed {
  /** The position at which a replay would resume. */
  readonly since: string;
}

async function replay(
  target: ReplayTarget,
  archive: MemoryArchive,
  overrides: Partial<ReplayOptions> = {},
  since: string | null = null,
): Promise<Run> {
  let place = since ?? "";
  const replayed = await replayArchive(readArchive(archive, aFilter({ since })), {
    rules,
    store: impatient(target),
    refusedSenders: new Set(),
    batch: { maxItems: 40, maxBytes: 1024 ** 2 },
    rejectionMaxBytes: 65_536,
    quotaOf: () => null,
    watch: {
      onStep(at) {
        place = at.since;
      },
      onFailure: () => undefined,
    },
    stop: new AbortController().signal,
    ...overrides,
  });
  return { ...replayed, since: place };
}

const endsOf = ({ count }: Replayed) => count.senders().map(({ ends }) => ends);

let store: Store;
beforeEach(async () => {
  store = await anEmptyStore();
});
afterEach(() => store.close());

describe("the archive of two days", () => {
  // Ends an hour ago, so that no rejection has expired.
  const endsAtMs = Math.floor(Date.now() / 3_600_000 - 1) * 3_600_000;
  const { bodies } = planDemo(
    { seed: 3, days: 2, jobs: 40, endsAtMs, longLogLines: 0 },
    "http://127.0.0.1:9",
  );
  let original: Readonly<Record<string, unknown>>;
  let archive: MemoryArchive;
  beforeAll(async () => {
    const worker = await anEmptyStore();
    await writeBodies(worker, bodies, () => undefined);
    original = await readWhole(worker);
    await worker.close();
    const entries = bodies.map(({ atMs, origin, bytes }) =>
      archived(bytes, { origin, received_at: new Date(atMs).toISOString() }),
    );
    // The segments of two workers, which overlap.
    archive = await archiveOf(entries.filter((_, n) => n % 2 === 0));
    for (const segment of (await archiveOf(entries.filter((_, n) => n % 2 === 1))).segments)
      archive.segments.push(segment);
    archive.segments.sort((a, b) => (a.id < b.id ? -1 : 1));
  });

  it("gives the same documents in an empty store, and nothing changes when it is replayed again", async () => {
    expect(Object.keys(original).length).toBeGreaterThan(150);
    const first = await replay(store, archive);
    expect(await readWhole(store)).toEqual(original);
    expect(first).toMatchObject({ isDone: true, lost: [] });
    expect(first.count.messages).toBe(bodies.length);
    const again = await replay(store, archive);
    expect(await readWhole(store)).toEqual(original);
    for (const ends of endsOf(again)) expect(ends).not.toHaveProperty("stored");
    const rejected = (run: Replayed) => endsOf(run).map((ends) => ends.rejected);
    expect(rejected(again)).toEqual(rejected(first));
  });

  it.each([1, 2])(
    "gives the same result if the replay is killed and resumed again and again (%i)",
    async (seed) => {
      // At some calls the process dies, before or after the store has done the work.
      const random = new SeededRandom("deaths", seed);
      const dying = dyingAt(
        store,
        () => random.isOneIn(5),
        () => random.isOneIn(2),
      );
      let deaths = 0;
      for (let since = await untilDeath(dying, archive, ""); since !== null; deaths++) {
        since = await untilDeath(dying, archive, since);
      }
      expect(deaths).toBeGreaterThan(1);
      expect(await readWhole(store)).toEqual(original);
    },
  );

  it("is judged without a store", async () => {
    const watch = { onStep: () => undefined, onFailure: () => undefined };
    const stop = new AbortController().signal;
    const judged = await judgeArchive(readArchive(archive, aFilter()), { rules, watch, stop });
    const written = await replay(store, archive);
    expect(judged.count.messages).toBe(bodies.length);
    const sum = (run: Replayed, ...names: ("accepted" | "stored" | "unchanged" | "rejected" | "skipped")[]) =>
      endsOf(run).reduce((total, ends) => total + names.reduce((sum, name) => sum + (ends[name] ?? 0), 0), 0);
    expect(sum(judged, "accepted")).toBeGreaterThan(100);
    expect(sum(judged, "accepted", "rejected")).toBe(sum(written, "stored", "unchanged", "rejected"));
    expect(sum(judged, "skipped")).toBe(sum(written, "skipped"));
  });
});

/** Replays until the process dies. Returns the position to resume at, or null if the replay is complete. */
async function untilDeath(
  target: ReplayTarget,
  archive: MemoryArchive,
  since: string,
): Promise<string | null> {
  let place = since;
  const watch = {
    onStep(at: { readonly since: string }) {
      place = at.since;
    },
    onFailure: () => undefined,
  };
  try {
    await replay(target, archive, { watch }, since);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(Unavailable);
    return place;
  }
}

/** Returns a store whose calls sometimes fail. @param isAfter - whether the call does its work before it fails. */
function dyingAt(there: Store, isDue: () => boolean, isAfter: () => boolean): ReplayTarget {
  const calls = ["storeSubmissions", "storeResultSets", "storeArtifacts", "recordRejections"] as const;
  const dying = calls.map((name) => [
    name,
    async (batch: never) => {
      const dies = isDue();
      const result = dies && !isAfter() ? null : await there[name](batch);
      if (dies) throw new Unavailable("store", "the process was killed");
      return result;
    },
  ]);
  return { ...there, ...(Object.fromEntries(dying) as Pick<Store, (typeof calls)[number]>) };
}

const minute = (at: number): string => `2026-01-05T10:${String(at).padStart(2, "0")}:00.000Z`;

it("only the requested jobs of a message with several jobs are replayed", async () => {
  const push = { kind: "hg.mozilla.org", project: "autoland", revision: "b".repeat(40) };
  const body = [
    aMessage({ taskId: "a/0" }),
    aMessage({ taskId: "b/0", origin: push }),
    aMessage({ taskId: "b/1" }),
  ];
  const archive = await archiveOf([archived(body)]);
  const onlyTry = { ...rules, wanted: { project: "try", task: "b" } };
  expect(endsOf(await replay(store, archive, { rules: onlyTry }))).toEqual([{ stored: 1 }]);
  expect(await store.countDocuments()).toMatchObject({ jobs: 1 });
  expect(await store.findJob("try", "b/1")).not.toBeNull();
});

it("a client's change of a state is applied between the messages before and after it, and only once", async () => {
  const origin = { kind: "rest", clientId: "c", endpoint: "/api/project/try/jobs/" } as const;
  const running = archived(aMessage({ state: "running" }), { received_at: minute(1) });
  const archive = await archiveOf([running]);
  await replay(store, archive);
  const { rest_id } = (await store.findJob("try", "guid/0"))?.job ?? {};
  const endpoint = `/api/project/try/jobs/${rest_id}/update_state/`;
  const set = (state: string, at: number) =>
    archived({ state }, { origin: { ...origin, endpoint }, received_at: minute(at) });
  await archive.add(set("pending", 2), set("coalesced", 3));
  await archive.add(archived(aMessage({ state: "running" }), { received_at: minute(4) }));
  await archive.add({
    ...set("pending", 5),
    origin: { ...origin, endpoint: endpoint.replace("try", "other") },
  });
  const other = await anEmptyStore();
  for (const target of [store, other]) {
    const first = await replay(target, archive);
    expect(first.count.senders().map(({ reasons }) => reasons)).toContainEqual({ "unknown-job": 1 });
    const after = await readWhole(target);
    const job = (await target.findJob("try", "guid/0"))?.job;
    expect(job?.transitions.map(({ state }) => state)).toEqual([
      "running",
      "pending",
      "coalesced",
      "running",
    ]);
    await replay(target, archive);
    expect(await readWhole(target)).toEqual(after);
  }
  expect(await readWhole(other)).toEqual(await readWhole(store));
  await other.close();
});

it("a job that a client has retried is not created again, and its next run is not changed", async () => {
  const origin = { kind: "rest", clientId: "c", endpoint: "/api/project/try/jobs/" } as const;
  const run = (job_guid: string, state: string, at: number, result = "unknown") => {
    const job = { job_guid, name: "n", state, result };
    return archived([{ project: "try", revision: REVISION, job }], { origin, received_at: minute(at) });
  };
  const note = { job_guid: "job", name: "note", type: "text", blob: "of the first run" };
  const ofFirst = { origin: { ...origin, endpoint: "/api/project/try/artifact/" }, received_at: minute(2) };
  const first = [
    run("job", "pending", 1),
    archived([note], ofFirst),
    run("job", "running", 2),
    run("other", "running", 3),
    run("job_12345", "completed", 4, "retry"),
  ];
  const next = [
    run("job", "pending", 5),
    run("job_54321", "completed", 6, "retry"),
    run("job", "pending", 7),
  ];
  const jobs = async () => {
    const listed = await store.readJobs(await store.pageOfProject("try", 0, 10));
    return listed.map(({ job }) => `${job.job_guid} ${job.state}`).toSorted();
  };
  await replay(store, await archiveOf(first));
  const retried = ["job_12345 completed", "other running"];
  expect(await jobs()).toEqual(retried);
  const before = await readWhole(store);
  expect(endsOf(await replay(store, await archiveOf(first)))).toEqual([{ unchanged: 5 }]);
  expect(await readWhole(store)).toEqual(before);
  // All messages, one run after another; then all of them again.
  for (const each of [1, 50, 50]) {
    await replay(store, await archiveOf([...first, ...next], each));
    expect(await jobs()).toEqual([
      "job pending",
      ...retried.slice(0, 1),
      "job_54321 completed",
      "other running",
    ]);
  }
});

it("a second message of one state, which was not used on its arrival, is not used when the job has moved on", async () => {
  const log = { name: "live", url: "http://logs.example/live" };
  const push = { kind: "hg.mozilla.org", project: "try" };
  const archive = await archiveOf([
    archived(aMessage({ state: "running" }), { received_at: minute(1) }),
    archived(aMessage({ state: "running", logs: [log] }), { received_at: minute(2) }),
    // Its hash is not looked up, because the message is not used.
    archived(aMessage({ state: "running", origin: { ...push, revision_hash: "f".repeat(40) } }), {
      received_at: minute(2),
    }),
    archived(aMessage(), { received_at: minute(3) }),
  ]);
  await replay(store, archive);
  const before = await readWhole(store);
  expect((await store.findJob("try", "guid/0"))?.logs).toEqual([]);
  expect(endsOf(await replay(store, archive))).toEqual([{ unchanged: 4 }]);
  expect(await readWhole(store)).toEqual(before);
});

it("a job is not assigned to a push that was submitted after it", async () => {
  const origin = { kind: "rest", clientId: "c", endpoint: "/api/project/try/resultset/" } as const;
  const row = (revision: string) => ({ revision, author: "a@b", repository: "try" });
  const [head, other] = ["b".repeat(40), "c".repeat(40)];
  const push = (revision: string) => [
    { revision, push_timestamp: 5, author: "a@b", revisions: [row(revision), row(REVISION)] },
  ];
  const archive = await archiveOf([
    archived(push(other), { origin, received_at: minute(0) }),
    archived(aMessage({ origin: { kind: "hg.mozilla.org", project: "two", revision: REVISION } }), {
      received_at: minute(1),
    }),
    archived(push(head), {
      origin: { ...origin, endpoint: "/api/project/two/resultset/" },
      received_at: minute(2),
    }),
    archived(aMessage(), { received_at: minute(3) }),
  ]);
  await replay(store, archive);
  const pushOf = async (project: string) => (await store.findJob(project, "guid/0"))?.job.result_set;
  expect(await pushOf("two")).toBe("two/aaaaaaaaaaaa");
  expect(await pushOf("try")).toBe("try/cccccccccccc");
});

it("a delivery that was too long, or that the driver could not read, is rejected as it was originally", async () => {
  const oversize = { bytes: 2_000_000, sha256: "5".repeat(64), limitBytes: 1_048_576 };
  const archive = await archiveOf([
    archived(Buffer.from('{"taskId": '), { oversize, content_type: "application/json" }),
    archived(aMessage(), { unreadable_queue: "queue/u/q-unreadable", received_at: minute(1) }),
  ]);
  await replay(store, archive);
  const rejections = await store.listRejections({ limit: 10, oldestFirst: true });
  expect(rejections).toMatchObject([
    {
      fault: { reason: "oversize-body", bytes: oversize.bytes, limitBytes: oversize.limitBytes },
      payload: { sha256: oversize.sha256, truncated: true, properties: { content_type: "application/json" } },
    },
    { fault: { reason: "unreadable-delivery", queue: "queue/u/q-unreadable" } },
  ]);
});

it("a message that killed workers is not read again", async () => {
  const killer = archived(aMessage());
  const id = rejectionId(
    rejectedPayload({ body: killer.body, oversize: null }, undefined),
    toStoredRoute(killer.origin),
  );
  const fault = { reason: "killed-worker", attempts: 3 } as const;
  const archive = await archiveOf([killer, archived(aMessage({ taskId: "other/0" }))]);
  await replay(store, archive, { rules: { ...rules, killers: new Map([[id, fault]]) } });
  expect(await store.listRejections({ limit: 10 })).toMatchObject([{ id, fault, count: 1 }]);
  expect(await store.countDocuments()).toMatchObject({ jobs: 1 });
});

it("the rejection of a message that is no longer rejected is removed, and the others stay", async () => {
  const wrong = { taskId: "wrong/0", timeStarted: "never" };
  const archive = await archiveOf([
    archived([aMessage(), aMessage(wrong)]),
    archived(Buffer.from("no JSON"), { received_at: minute(1) }),
  ]);
  const strict = { ...rules, judge: { ...rules.judge, acceptsProject: () => false } };
  await replay(store, archive, { rules: strict });
  const reasons = async () =>
    (await store.listRejections({ limit: 10, oldestFirst: true }))
      .map(({ fault }) => fault.reason)
      .toSorted();
  expect(await reasons()).toEqual(["malformed-body", "project-not-accepted", "project-not-accepted"]);
  const [{ exchange } = { exchange: "" }] = await store.countRejections({});
  await replay(store, archive, { refusedSenders: new Set([exchange]) });
  expect(await reasons()).toEqual(["malformed-body", "unreadable-time"]);
});

it("a job that triggers a bug counts as failed and is reported; the others are stored", async () => {
  const told: unknown[] = [];
  const watch = { onStep: () => undefined, onFailure: (failure: unknown) => told.push(failure) };
  const odd = { ...rules.judge, acceptsProject: (_: string, project: string) => project === "try" || bug() };
  const push = { kind: "hg.mozilla.org", project: "odd", revision: "b".repeat(40) };
  const archive = await archiveOf([archived([aMessage(), aMessage({ taskId: "b/0", origin: push })])]);
  const failed = await replay(store, archive, { rules: { ...rules, judge: odd }, watch });
  expect(failed.count.senders()).toMatchObject([
    { messages: 1, ends: { stored: 1, failed: 1 }, reasons: { "internal-error": 1 } },
  ]);
  expect(told).toEqual([
    {
      sender: "exchange/publisher/jobs",
      guid: null,
      fault: { reason: "internal-error", detail: "Error: a bug" },
    },
  ]);
});

function bug(): never {
  throw new Error("a bug");
}

it("a request that cannot be read any more counts as failed", async () => {
  const origin = { kind: "rest", clientId: "c", endpoint: "/api/project/try/jobs/" } as const;
  const archive = await archiveOf([
    archived(Buffer.from("no list"), { origin }),
    archived([], { origin: { ...origin, endpoint: "/api/project/try/unknown/" } }),
  ]);
  expect(endsOf(await replay(store, archive))).toEqual([{ failed: 2 }]);
});

it("stops between two batches when it is asked to, and returns where to resume", async () => {
  const entries = Array.from({ length: 30 }, (_, n) =>
    archived(aMessage({ taskId: `t${n}/0` }), { received_at: minute(n) }),
  );
  const archive = await archiveOf(entries, 5);
  const stop = new AbortController();
  let batches = 0;
  const { storeSubmissions } = store;
  const stopping = {
    ...store,
    storeSubmissions: async (batch: Parameters<typeof storeSubmissions>[0]) => {
      if (++batches === 2) stop.abort();
      return storeSubmissions(batch);
    },
  };
  const batch = { maxItems: 10, maxBytes: 1024 ** 2 };
  const first = await replay(stopping, archive, { batch, stop: stop.signal });
  expect(first.isDone).toBe(false);
  expect(await store.countDocuments()).toMatchObject({ jobs: 20 });
  const rest = await replay(store, archive, { batch }, first.since);
  expect(rest.isDone).toBe(true);
  expect(rest.count.messages).toBeLessThan(25);
  expect(await store.countDocuments()).toMatchObject({ jobs: 30 });
});
