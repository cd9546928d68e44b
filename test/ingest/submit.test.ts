import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { JobSubmission } from "../../src/domain/submission.ts";
import type { Message } from "../../src/ingest/progress/message.ts";
import { outcomesOf } from "../../src/ingest/progress/message-progress.ts";
import type { Answer } from "../../src/ingest/progress/submit.ts";
import type { ReadMessage, Verdict } from "../../src/judge/verdict.ts";
import { outcomeTotals } from "../../src/metrics/counters.ts";
import { normaliseSubmission } from "../../src/submission/normalise-submission.ts";
import { aDelivery, aMessage, limits } from "../examples.ts";
import { IngestStory, until } from "./an-ingest.ts";
import { realRead } from "./write-messages.ts";

/** A recent time, so that the rejections have not expired. */
const RECEIVED_AT_MS = Date.now() - 5000;

let story: IngestStory;
beforeEach(async () => {
  story = await IngestStory.begin();
});
afterEach(() => story.end());

/** Returns the submissions of a delivery, as a client of the REST API would post them. */
function posted(messages: readonly object[]): JobSubmission[] {
  const { jobs, verdictOf } = realRead(aDelivery(messages));
  return Array.from({ length: jobs }, (_, index) => {
    const verdict = verdictOf(index);
    if (verdict.kind !== "accepted") throw new Error(JSON.stringify(verdict));
    return verdict.posted;
  });
}

/** Returns a request with these items, each judged by the rules that Pulse and REST share. */
function aRequest(items: readonly (JobSubmission | "not an object")[]): Message {
  const verdictOf = (index: number): Verdict => {
    const item = items[index];
    const fault = { reason: "schema-violation", violations: [] } as const;
    const refused = { kind: "rejected", fault, payload: item, project: "try", task_id: null } as const;
    if (item === undefined || item === "not an object") return refused;
    const prepared = normaliseSubmission(item, { tiers: new Map(), jobLimits: limits.jobLimits }, []);
    if (!prepared.ok) return { ...refused, fault: { ...fault } };
    return { kind: "accepted", submission: prepared.value, posted: item, payload: item, at: "" };
  };
  return {
    origin: { kind: "rest", clientId: "release-bot", endpoint: "/api/project/try/jobs/" },
    receivedAtMs: RECEIVED_AT_MS,
    raw: { body: Buffer.from(JSON.stringify(items)), oversize: null },
    read: (): ReadMessage => ({ jobs: items.length, verdictOf }),
    suspectKey: null,
    spoolable: null,
    waitsForStore: false,
  };
}

function outcomes(answer: Answer): unknown {
  return answer.kind === "ended" ? outcomesOf(answer.progress) : answer.kind;
}

describe("jobs from a REST client, without any broker,", () => {
  it("get one outcome each, in order", async () => {
    story.start();
    const [first, second] = posted([aMessage(), aMessage({ taskId: "other/0" })]);
    if (first === undefined || second === undefined) throw new Error("two were posted");
    const answer = await story.submit(aRequest([first, "not an object", second, first]));
    expect(outcomes(answer)).toEqual(["stored", "rejected", "stored", "unchanged"]);
    expect(await outcomeTotals(story.counters)).toMatchObject({ stored: 2, rejected: 1, unchanged: 1 });
    const { received, accounted } = await story.law();
    expect([received, accounted]).toEqual([4, 4]);
  });

  it("are stored with their origin: in transitions and in rejections", async () => {
    story.start();
    await story.submit(aRequest([...posted([aMessage()]), "not an object"]));
    const origin = { origin: "rest", client_id: "release-bot", endpoint: "/api/project/try/jobs/" };
    const found = await story.real.findJob("try", "guid/0");
    expect(found?.job.transitions).toMatchObject([origin]);
    expect(await story.real.listRejections({ limit: 10 })).toMatchObject([
      {
        ...origin,
        first_seen: new Date(RECEIVED_AT_MS).toISOString(),
        payload: { content: '"not an object"' },
      },
    ]);
  });

  it("fail while the store is unavailable for a long time, and are not spooled, unlike deliveries", async () => {
    story.start();
    story.store.mood = "gone";
    const delivery = aDelivery(aMessage());
    story.deliver(delivery);
    const answer = await story.submit(aRequest(posted([aMessage({ taskId: "rest/0" })])));
    expect(outcomes(answer)).toEqual(["failed"]);
    await until(() => story.settlements.get(delivery) === "ack");
    expect(story.spool.load.deliveries).toBe(1);
    story.store.mood = "there";
    await until(async () => (await story.law()).spooled === 0);
    expect(await story.real.countDocuments()).toMatchObject({ jobs: 1 });
    const { received, accounted } = await story.law();
    expect(accounted).toBe(received);
  });

  it("are counted and logged by their end if the store becomes unavailable between them", async () => {
    story.start({ logsEachJob: true });
    const { storeSubmissions } = story.store;
    story.store.storeSubmissions = async (batch) => {
      const ends = await storeSubmissions(batch);
      story.store.mood = "gone";
      return ends;
    };
    const messages = Array.from({ length: 15 }, (_, n) => aMessage({ taskId: `rest/${n}` }));
    const answer = await story.submit(aRequest(posted(messages)));
    // A batch has ten jobs.
    const ends = [
      ...Array.from({ length: 10 }, () => "stored"),
      ...Array.from({ length: 5 }, () => "failed"),
    ];
    expect(outcomes(answer)).toEqual(ends);
    expect(await outcomeTotals(story.counters)).toMatchObject({ stored: 10, failed: 5 });
    expect(story.times("job_ended")).toBe(10);
  });

  it("are stored immediately, even while older deliveries wait in the spool", async () => {
    story.start();
    story.store.mood = "gone";
    const delivery = aDelivery(aMessage());
    story.deliver(delivery);
    await until(() => story.settlements.get(delivery) === "ack");
    // The drain hangs at the only delivery in the spool; other calls to the store are answered.
    const { storeSubmissions } = story.store;
    let isDraining = false;
    story.store.storeSubmissions = (batch) => {
      if (!batch.some(({ origin }) => origin.kind === "pulse")) return storeSubmissions(batch);
      isDraining = true;
      return new Promise(() => undefined);
    };
    await until(() => isDraining);
    story.store.mood = "there";
    const answer = await story.submit(aRequest(posted([aMessage({ taskId: "rest/0" })])));
    expect(outcomes(answer)).toEqual(["stored"]);
    expect(story.spool.load.deliveries).toBe(1);
  });

  it("fail after a bug, but are not rejected, because a client retries", async () => {
    story.start();
    story.store.storeSubmissions = () => Promise.reject(new TypeError("a bug"));
    const answer = await story.submit(aRequest(posted([aMessage()])));
    expect(outcomes(answer)).toEqual(["failed"]);
    expect(story.times("bug")).toBe(1);
    expect(await story.real.countDocuments()).toMatchObject({ jobs: 0, rejections: 0 });
  });
});
