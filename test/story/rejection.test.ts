import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import type { StoredRejection } from "../../src/domain/rejection.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { RejectionFilter } from "../../src/store/ports/rejection-reads.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { runCli } from "../cli/run-cli.ts";
import { aMessage, REVISION } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb, sharedRabbitmq } from "../servers/shared-servers.ts";
import { until } from "../until.ts";
import { WorkerStory } from "./a-running-worker.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);
const mongodb = await serverOrSkip(sharedMongodb);

broker.describe(`a rejected message, on ${broker.name}`, () => {
  let story: WorkerStory;
  beforeEach(async () => {
    story = await WorkerStory.on(broker.server().url);
    accept("[autoland]");
  });
  afterEach(() => story.end());

  /** Writes the registry with the projects that the exchange may write to. */
  function accept(projects: string): void {
    const entry = `{exchange: ${story.exchange}, destinations: [story], projects: ['#'], accept_projects: ${projects}}`;
    writeFileSync(join(story.folder, "exchanges.yml"), `exchanges:\n  - ${entry}\n`);
  }

  it("can be read within a second of its arrival, and is replayed once the registry accepts it", () =>
    tell(null));

  it("is only counted when its exchange has filled the daily quota", () => tellOfQuota(null));

  mongodb.describe(`with ${mongodb.name}`, () => {
    it("is only counted when its exchange has filled the daily quota", () => {
      const url = new URL(mongodb.server().url);
      url.pathname = `/quota-${randomUUID()}`;
      return tellOfQuota(url.href);
    });

    it("can be read within a second of its arrival, and is replayed once the registry accepts it", () => {
      const url = new URL(mongodb.server().url);
      url.pathname = `/rejection-${randomUUID()}`;
      return tell(url.href);
    });
  });

  /** Makes an exchange send a thousand invalid jobs in one message, with a quota of six hundred rejections per day. */
  async function tellOfQuota(mongodbUrl: string | null): Promise<void> {
    accept("['*']");
    const env = { MONGODB_URL: mongodbUrl ?? "", REJECTIONS_PER_DAY: "600", BATCH_SIZE: "100" };
    const worker = await story.start(env);
    const store = await openStore({ mongodbUrl, dataDir: story.folder, rejectionTtlDays: 30 });
    const invalid = Array.from({ length: 999 }, (_, n) => ({ taskId: `many/${n}` }));
    await story.publish([...invalid, aMessage({ taskId: "last/0" })]);
    await until(() => store.findJob("try", "last/0"));
    await story.publish(aMessage({ taskId: "behind/0" }));
    await until(() => store.findJob("try", "behind/0"));
    expect(await worker.stop()).toBe(0);
    const events = worker.lines.map(({ event }) => event);
    expect(events.filter((event) => event === "rejections_only_counted")).toHaveLength(3);
    expect(events).not.toContain("broker_lost");
    expect((await store.listRejections({ limit: 2000 })).map(({ task_id }) => task_id)).toHaveLength(600);

    const settings = { ...env, DATA_DIR: story.folder };
    const listed = await runCli(["rejections", "list", "--exchange", story.exchange, "--counts"], settings);
    expect(listed.stdout).toMatch(/^600 +600 +schema-violation/m);
    expect(listed.stderr).toMatch(
      /^399 more messages from .* on [\d-]+ \(UTC\) were rejected and only counted/,
    );
    await store.close();
  }

  async function tell(mongodbUrl: string | null): Promise<void> {
    const env = { MONGODB_URL: mongodbUrl ?? "" };
    const worker = await story.start(env);
    const store = await openStore({ mongodbUrl, dataDir: story.folder, rejectionTtlDays: 30 });
    const origin = { kind: "hg.mozilla.org", project: "autoland", revision: REVISION };
    const byHash = { kind: "hg.mozilla.org", project: "autoland", revision_hash: "f".repeat(40) };
    const refused: readonly [unknown, RejectionFilter][] = [
      [aMessage({ taskId: "a/0", origin, state: "done" }), { task_id: "a/0", reason: "schema-violation" }],
      [aMessage({ taskId: "b/0", origin, timeStarted: "x" }), { task_id: "b/0", reason: "unreadable-time" }],
      [aMessage({ taskId: "c/0" }), { task_id: "c/0", reason: "project-not-accepted", project: "try" }],
      [aMessage({ taskId: "d/0", origin: byHash }), { task_id: "d/0", reason: "unknown-revision-hash" }],
      [
        [aMessage({ taskId: "e/0", origin }), aMessage({ taskId: "f/0" })],
        { task_id: "f/0", project: "try" },
      ],
      [Buffer.from("{no JSON"), { reason: "malformed-body", exchange: story.exchange }],
      [Buffer.alloc(2 * 1024 * 1024, "x"), { reason: "oversize-body", routing_key: "story.try" }],
      [Buffer.from(`[${"{},".repeat(349_000)}{}]`), { reason: "too-many-jobs", exchange: story.exchange }],
    ];
    const waitedMs: number[] = [];
    for (const [body, filter] of refused) {
      await story.publish(body);
      const { first_seen } = await firstOf(store, filter);
      waitedMs.push(Date.now() - Date.parse(first_seen));
    }
    // The median, because this machine may pause for a moment.
    expect(waitedMs.toSorted((a, b) => a - b)[Math.floor(waitedMs.length / 2)]).toBeLessThan(1000);
    expect(await worker.stop()).toBe(0);

    accept("['*']");
    const settings = { ...env, DATA_DIR: story.folder, REGISTRY_FILE: join(story.folder, "exchanges.yml") };
    const replayed = await runCli(["rejections", "replay", "--reason", "project-not-accepted"], settings);
    expect(replayed).toMatchObject({ code: 0, stderr: "2 rejections: 2 stored\n" });
    expect((await store.findJob("try", "f/0"))?.job.transitions).toMatchObject([
      { exchange: story.exchange },
    ]);
    expect(await store.countDocuments()).toMatchObject({ jobs: 3, rejections: 6 });
    await store.close();
  }
});

/** Waits until there is a rejection. */
async function firstOf(store: Store, filter: RejectionFilter): Promise<StoredRejection> {
  for (;;) {
    const [found] = await store.listRejections({ ...filter, limit: 1 });
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
