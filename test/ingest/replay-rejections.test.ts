import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { BodyProperties } from "../../src/domain/delivery.ts";
import { faultErrors } from "../../src/domain/explain-fault.ts";
import { Unavailable } from "../../src/domain/faults.ts";
import { rawBodyOf, type StoredRejection } from "../../src/domain/rejection.ts";
import { whyNotReplayed } from "../../src/domain/why-not-replayed.ts";
import { type ReplayOptions, replayRejections } from "../../src/ingest/replay-rejections.ts";
import { type JudgeOptions, readDelivery } from "../../src/judge/judge-delivery.ts";
import { readRejection } from "../../src/judge/read-rejection.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { loadCollectionSchemas } from "../../src/validate/collection-schemas.ts";
import { aDelivery, aMessage, aRejection, limits, schemas } from "../examples.ts";
import { impatient, messageOf, writeMessages } from "./write-messages.ts";

const ARRIVED = "2026-01-05T10:00:00.000Z";
let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "replay-"));
  store = await openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 30 });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

interface Rules {
  readonly accepts?: boolean;
  readonly maxDepth?: number;
}

function judgeOptions({ accepts = true, maxDepth = limits.maxDepth }: Rules): JudgeOptions {
  return { schemas, ...limits, maxDepth, tiers: new Map(), acceptsProject: () => accepts };
}

/** Handles a delivery as a worker with these rules does, and returns all rejections that are stored afterwards. */
async function receive(
  body: unknown,
  rules: Rules = {},
  maxBytes = 65_536,
  properties: BodyProperties = {},
): Promise<StoredRejection[]> {
  const delivery = aDelivery(body, { receivedAtMs: Date.now() - 60_000, properties });
  const message = messageOf(delivery, (one) => readDelivery(one, judgeOptions(rules)));
  await writeMessages(store, [message], maxBytes);
  return kept();
}

const collections = loadCollectionSchemas();
const readByToday: ReplayOptions["read"] = (rejection) =>
  readRejection(rejection, { ...judgeOptions({}), collections });

const kept = () => store.listRejections({ oldestFirst: true, limit: 100 });

const replay = (rejections: readonly StoredRejection[], options: Partial<ReplayOptions> = {}) =>
  replayRejections(rejections, { read: readByToday, store: impatient(store), ...options });

it("a rejection that the registry accepts now is stored as a job, and deleted", async () => {
  const rejections = await receive(aMessage(), { accepts: false });
  expect(rejections).toMatchObject([{ fault: { reason: "project-not-accepted" } }]);
  const [replayed] = await replay(rejections);
  expect(replayed?.jobs).toEqual([{ project: "try", task_id: "guid/0", outcome: "stored", fault: null }]);
  const [transition] = (await store.findJob("try", "guid/0"))?.job.transitions ?? [];
  expect(transition).toMatchObject({ exchange: "exchange/publisher/jobs", routing_key: "treeherder.try" });
  expect(await kept()).toEqual([]);
});

it("the numbers of a replayed job keep the text that its publisher wrote", async () => {
  const extra = { artifacts: [{ name: "ids", type: "json", blob: { id: "ID" } }] };
  const text = JSON.stringify(aMessage({ extra })).replace('"ID"', "[1724442618569203714,1e400,1.10]");
  await replay(await receive(Buffer.from(text), { accepts: false }));
  expect((await store.findArtifact("try", "guid/0", "ids"))?.blob).toBe(
    '{"id":[1724442618569203714,1e400,1.10]}',
  );
});

it("rejections of jobs that are now unchanged or skipped are deleted", async () => {
  await receive([aMessage(), aMessage({ taskId: "u/0", state: "unscheduled" })], { accepts: false });
  await receive(aMessage());
  await store.recordRejections([
    aRejection("", {
      payload: { ...aRejection("u").payload, content: JSON.stringify(aMessage({ state: "unscheduled" })) },
    }),
  ]);
  const outcomes = (await replay(await kept())).map(({ jobs }) => jobs[0]?.outcome);
  expect(outcomes).toEqual(["unchanged", "skipped"]);
  expect(await kept()).toEqual([]);
});

it("a rejection that is rejected again stays, with the new reason, and its count does not grow", async () => {
  const before = await receive(aMessage({ timeStarted: "never" }), { accepts: false });
  const [replayed] = await replay(before);
  const fault = { reason: "unreadable-time", pointer: "/timeStarted", value: "never" };
  expect(replayed?.jobs).toMatchObject([{ outcome: "rejected", fault, task_id: "guid/0" }]);
  expect(await kept()).toEqual(before.map((rejection) => ({ ...rejection, fault })));
});

it("a replay does not cut a payload that was kept with a higher limit", async () => {
  const [before] = await receive(aMessage({ owner: "" }));
  await replay(await kept());
  expect((await kept())[0]?.payload).toEqual(before?.payload);
});

it("a rejection with an unknown revision hash is stored once its push has arrived", async () => {
  const origin = { kind: "hg.mozilla.org", project: "try", revision_hash: "f".repeat(40) };
  const rejections = await receive(aMessage({ origin }));
  expect(rejections).toMatchObject([
    { fault: { reason: "unknown-revision-hash" }, project: "try", task_id: "guid/0" },
  ]);
  const refused = await replay(rejections);
  expect(refused[0]?.jobs).toMatchObject([
    { outcome: "rejected", fault: { reason: "unknown-revision-hash" } },
  ]);
  const push = { revision: "b".repeat(40), author: "a@b", push_timestamp: 5, revisions: [] };
  await store.storeResultSets([
    { project: "try", resultSet: { ...push, revision_hash: "f".repeat(40) }, received_at: ARRIVED },
  ]);
  expect((await replay(await kept()))[0]?.jobs).toMatchObject([{ outcome: "stored" }]);
  expect((await store.findJob("try", "guid/0"))?.job.result_set).toBe(`try/${"b".repeat(12)}`);
});

it("a job in an envelope is kept without the envelope, counted when it is sent again, and replayed", async () => {
  const origin = { kind: "hg.mozilla.org", project: "try", revision_hash: "f".repeat(40) };
  await receive({ payload: aMessage({ origin }), _meta: { sent: "2026-01-05T10:00:00Z" } });
  const rejections = await receive({
    payload: aMessage({ origin }),
    _meta: { sent: "2026-01-05T10:00:01Z" },
  });
  expect(rejections).toMatchObject([
    { count: 2, payload: { content: JSON.stringify(aMessage({ origin })) } },
  ]);
  expect(rejections.flatMap(({ fault }) => faultErrors(fault))).toMatchObject([
    { pointer: "/payload/origin/revision_hash", keyword: "unknown-revision-hash" },
  ]);
  const push = { revision: "b".repeat(40), author: "a@b", push_timestamp: 5, revisions: [] };
  await store.storeResultSets([
    { project: "try", resultSet: { ...push, revision_hash: "f".repeat(40) }, received_at: ARRIVED },
  ]);
  expect((await replay(rejections))[0]?.jobs).toMatchObject([{ outcome: "stored" }]);
});

describe("an item that was rejected over REST", () => {
  const route = (kind: string) =>
    ({ origin: "rest", client_id: "bot", endpoint: `/api/project/try/${kind}/` }) as const;
  const reject = async (item: unknown, kind = "jobs", raw?: Buffer): Promise<StoredRejection[]> => {
    const content = raw?.toString("base64") ?? JSON.stringify(item);
    const encoding = raw === undefined ? ("json" as const) : ("base64" as const);
    const sha256 = createHash("sha256")
      .update(raw ?? content)
      .digest("hex");
    const payload = { ...aRejection("").payload, content, encoding, sha256 };
    await store.recordRejections([aRejection("", { route: route(kind), payload })]);
    return kept();
  };
  const item = { revision: "a".repeat(40), job: { job_guid: "rest/0", state: "completed" } };

  it("is judged as an item of the collection that its endpoint accepts", async () => {
    expect((await replay(await reject(item)))[0]?.jobs).toEqual([
      { project: "try", task_id: "rest/0", outcome: "stored", fault: null },
    ]);
    const [transition] = (await store.findJob("try", "rest/0"))?.job.transitions ?? [];
    expect(transition).toMatchObject(route("jobs"));
    expect(await kept()).toEqual([]);
  });

  it("is rejected again with pointers into the item", async () => {
    const { job } = item;
    const refused = await replay(await reject({ job, revision_hash: "f".repeat(40) }));
    const fault = refused[0]?.jobs[0]?.fault;
    expect(fault && faultErrors(fault)).toMatchObject([
      { pointer: "/revision_hash", keyword: "unknown-revision-hash" },
    ]);
    expect(await kept()).toMatchObject([{ fault, count: 1 }]);
  });

  it("is read from its raw bytes where it could not be decoded", async () => {
    const raw = Buffer.from(JSON.stringify(item));
    expect((await replay(await reject(null, "jobs", raw)))[0]?.jobs).toMatchObject([{ outcome: "stored" }]);
  });

  it("cannot be replayed if its endpoint accepts no collection", async () => {
    const [rejection] = await reject(item, "jobs/5/update_state");
    expect(rejection && whyNotReplayed(rejection)).toContain(
      "no collection is posted to /api/project/try/jobs/5",
    );
  });
});

it("raw bytes that can be decoded now end job by job, and each rejected job is kept separately", async () => {
  const deep = { a: { b: { c: {} } } };
  const body = [aMessage({ extra: deep }), aMessage({ taskId: "t/1", owner: "", extra: deep })];
  const raw = await receive(body, { maxDepth: 4 });
  expect(raw).toMatchObject([{ payload: { encoding: "base64" }, task_id: null }]);
  const [replayed] = await replay(raw);
  expect(replayed?.jobs).toMatchObject([
    { task_id: "guid/0", outcome: "stored" },
    { task_id: "t/1", outcome: "rejected", fault: { reason: "schema-violation" } },
  ]);
  expect(await kept()).toMatchObject([{ task_id: "t/1", count: 1, payload: { encoding: "json" } }]);
});

it("raw bytes are decoded as their properties declare", async () => {
  const content_encoding = "gzip";
  const reject = (properties: BodyProperties) =>
    receive(
      gzipSync(JSON.stringify(aMessage({ extra: { a: { b: { c: {} } } } }))),
      { maxDepth: 4 },
      65_536,
      properties,
    );
  await reject({ content_encoding });
  const raw = await reject({});
  expect(raw).toMatchObject([
    {
      fault: { detail: expect.stringContaining("nested deeper") },
      payload: { properties: { content_encoding } },
    },
    { fault: { detail: expect.stringContaining("is gzip data") } },
  ]);
  expect((await replay(raw)).map(({ jobs }) => jobs[0]?.outcome)).toEqual(["stored", "rejected"]);
  expect(await kept()).toMatchObject([{ payload: { properties: {} } }]);
});

it.each<[string, Buffer]>([
  ["an empty body", Buffer.alloc(0)],
  ["bytes that are not text", Buffer.from([0xff, 0xfe, 0x00])],
  ["broken JSON", Buffer.from('{"taskId":')],
])("%s is judged again with exactly the same bytes", async (_case, body) => {
  const before = await receive(body);
  expect(before.map(({ payload }) => rawBodyOf(payload).body.equals(body))).toEqual([true]);
  const [replayed] = await replay(before);
  expect(replayed?.jobs).toMatchObject([{ outcome: "rejected", fault: { reason: "malformed-body" } }]);
  expect(await kept()).toEqual(before);
});

it.each<[string, unknown]>([
  ["a list of jobs in the list", [[aMessage()]]],
  ["an empty list in the list", [[]]],
  ["a number", [17]],
  ["null", [null]],
])("%s is rejected again for the same reason", async (_case, body) => {
  const before = await receive(body);
  expect(before).toMatchObject([{ fault: { reason: "schema-violation" } }]);
  const [replayed] = await replay(before);
  expect(replayed?.jobs).toMatchObject([{ outcome: "rejected", fault: before[0]?.fault }]);
  expect(await kept()).toEqual(before);
});

it("a replay gives the same verdict on anything that the schema rejects, and changes nothing", () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue(), { minLength: 1, maxLength: 50 }), async (items) => {
      const before = await receive(items);
      const replayed = await replay(before);
      expect(replayed.map(({ jobs }) => jobs.map(({ outcome, fault }) => ({ outcome, fault })))).toEqual(
        before.map(({ fault }) => [{ outcome: "rejected", fault }]),
      );
      expect(await kept()).toEqual(before);
      await store.resolveRejections(before.map(({ id, last_seen }) => ({ id, last_seen, again: null })));
    }),
    { numRuns: 20 },
  ));

it("a member called __proto__ is treated as data when it is received and when it is replayed", async () => {
  const body = Buffer.from(JSON.stringify(aMessage()).replace("{", '{"__proto__":{"state":"running"},'));
  const before = await receive(body);
  expect(before[0]?.payload.content).toContain('{"__proto__":{"state":"running"},');
  expect((await replay(before))[0]?.jobs).toMatchObject([{ outcome: "rejected", fault: before[0]?.fault }]);
});

it("a bug only affects its own message, whose rejection stays unchanged", async () => {
  const before = await receive([aMessage(), aMessage({ taskId: "bad/0" })], { accepts: false });
  const read: ReplayOptions["read"] = (rejection) => {
    if (rejection.task_id === "bad/0") throw new TypeError("no answer from mongodb://user:geheim@h/x");
    return readByToday(rejection);
  };
  const jobs = (await replay(before, { read })).flatMap((each) => each.jobs);
  expect(jobs.find(({ task_id }) => task_id === "guid/0")).toMatchObject({ outcome: "stored" });
  expect(jobs.find(({ task_id }) => task_id === "bad/0")).toMatchObject({
    outcome: "failed",
    fault: { reason: "internal-error", detail: "TypeError: no answer from mongodb://user:***@h/x" },
  });
  expect(await kept()).toEqual(before.filter(({ task_id }) => task_id === "bad/0"));
});

it("no rejection is deleted while the store is away", async () => {
  const before = await receive(aMessage(), { accepts: false });
  const away = { ask: () => Promise.reject(new Unavailable("store", "it does not answer at all")) };
  await expect(replay(before, { store: away })).rejects.toThrow("it does not answer at all");
  expect(await kept()).toEqual(before);
});

it("a rejection without its whole payload cannot be replayed, and the reason names its length and hash", async () => {
  const [cut] = await receive(aMessage({ owner: "" }), {}, 10);
  expect(cut && whyNotReplayed(cut)).toContain(
    `of ${cut?.payload.bytes} bytes, sha256 ${cut?.payload.sha256}`,
  );
  const logs = [{ name: "live", url: "https://user:geheim@logs.example/1" }];
  const blanked = (await receive(aMessage({ taskId: "b/0", owner: "", logs }))).find(
    ({ task_id }) => task_id === "b/0",
  );
  expect(blanked && whyNotReplayed(blanked)).toContain("a password in a URL of its payload was not kept");
  const whole = (await receive(aMessage({ taskId: "w/0", owner: "" }))).find(
    ({ task_id }) => task_id === "w/0",
  );
  expect(whole && whyNotReplayed(whole)).toBeNull();
});
