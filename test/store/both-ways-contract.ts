import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { writeSource } from "../../src/domain/text/source-json.ts";
import type { Message } from "../../src/ingest/progress/message.ts";
import { outcomesOf } from "../../src/ingest/progress/message-progress.ts";
import { readCollection } from "../../src/judge/read-collection.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { aDelivery, aMessage, itemRules } from "../examples.ts";
import { messageOf, realRead, writeMessages } from "../ingest/write-messages.ts";
import { type EmptyStore, emptyStoreForEach, type OpenEmpty } from "./empty-store.ts";

type Value = Readonly<Record<string, unknown>>;

const states = ["pending", "running", "completed"] as const;
type State = (typeof states)[number];
/** All orders in which a job's messages may arrive. */
const orders: readonly (readonly State[])[] = states.flatMap((first) =>
  states
    .filter((state) => state !== first)
    .map((second) => [first, second, ...states.filter((state) => state !== first && state !== second)]),
);

/** A job with every kind of part: logs to read and one that has been read, artifacts, details, a coalesced job. */
function jobValue(guid: string, state: State): Value {
  const data = { name: `data of ${state}`, type: "json", blob: { of: state, size: 1.5 } };
  const read = { name: "errors", url: "http://logs.example/errors", steps: [] };
  return aMessage({
    ...{
      taskId: guid,
      state,
      owner: "me@example.org",
      labels: ["opt", "e10s"],
      timeScheduled: "2026-01-05T10:00:00Z",
    },
    ...(state !== "pending" && { timeStarted: "2026-01-05T10:01:00Z" }),
    ...(state === "completed" && {
      ...{ result: "fail", timeCompleted: "2026-01-05T10:09:30Z", jobInfo: { summary: "1 of 2 failed" } },
      ...{ logs: [{ name: "live", url: "http://logs.example/live" }, read], coalesced: ["before/0"] },
    }),
    extra: { artifacts: [data] },
  });
}

function published(values: readonly Value[]): Message {
  return messageOf(aDelivery(values));
}

/** Returns a request with the same jobs, as a REST client would post them. */
async function posted(values: readonly Value[]): Promise<Message> {
  const { jobs, verdictOf } = realRead(aDelivery(values));
  const items = Array.from({ length: jobs }, (_, index) => {
    const verdict = verdictOf(index);
    if (verdict.kind !== "accepted") throw new Error(JSON.stringify(verdict));
    return writeSource(verdict.posted);
  });
  const body = Buffer.from(`[${items.join(",")}]`);
  const read = await readCollection(body, { kind: "jobs", project: "try", maxItems: 1000, ...itemRules });
  if (!read.ok) throw new Error(read.detail);
  return {
    origin: { kind: "rest", clientId: "release-bot", endpoint: "/api/project/try/jobs/" },
    receivedAtMs: Date.now(),
    raw: { body, oversize: null },
    read: () => read.reading,
    suspectKey: null,
    spoolable: null,
    waitsForStore: false,
  };
}

/** Writes requests and deliveries, and returns the outcomes of their jobs, message by message. */
async function outcomes(store: Store, ...messages: readonly Message[]): Promise<string[][]> {
  const written = await writeMessages(store, messages);
  return written.messages.map(outcomesOf);
}

/** Returns what readers see of a job, without the members that show how it arrived. */
async function shown(store: Store, guid: string): Promise<object> {
  const view = await store.findJob("try", guid);
  if (view === null) throw new Error(`${guid} is not stored`);
  const { job, logs, artifacts, coalesced_to } = view;
  const {
    job_guid: _guid,
    rest_id: _id,
    transitions,
    version: _v,
    write_id: _w,
    last_modified: _m,
    ...fields
  } = job;
  const blobs = await Promise.all(artifacts.map((name) => store.findArtifact("try", guid, name)));
  return {
    ...{ fields, coalesced_to, last: transitions.at(-1)?.state },
    logs: logs.map(({ name, url, parse_status }) => `${name} ${url} ${parse_status}`).toSorted(),
    blobs: blobs.map((blob) => JSON.stringify(blob).replaceAll(guid, "GUID")).toSorted(),
  };
}

/** Tests that the result does not depend on how the messages of a job arrive. */
export function bothWaysContract(name: string, openEmpty: OpenEmpty): void {
  describe(`a job that arrives by Pulse and over REST, in the ${name} store,`, () => {
    const empty: EmptyStore = emptyStoreForEach(openEmpty);
    let other: Store;
    beforeEach(async () => {
      other = await empty.openAnother();
    });
    afterEach(() => other.close());

    it("has the same final state, whichever message arrives which way, and in whatever order", async () => {
      const { store } = empty;
      /** One job for each order, and for each choice of a way for each state. */
      const jobs = orders.flatMap((order) =>
        Array.from({ length: 2 ** states.length }, (_, ways) => ({
          guid: `${order.join("-")}-${ways}/0`,
          order,
          isPosted: (state: State) => ((ways >> states.indexOf(state)) & 1) === 1,
        })),
      );
      for (const turn of states.keys()) {
        const due = jobs.map(({ guid, order, isPosted }) => {
          const state = order[turn] ?? "pending";
          return { value: jobValue(guid, state), way: isPosted(state) ? "rest" : "pulse" };
        });
        const values = (wanted: string): Value[] =>
          due.flatMap(({ way, value }) => (way === wanted ? [value] : []));
        // Both messages in one batch.
        await outcomes(store, await posted(values("rest")), published(values("pulse")));
      }
      const [first, ...others] = await Promise.all(jobs.map(({ guid }) => shown(store, guid)));
      expect(first).toMatchObject({
        last: "completed",
        fields: { state: "completed", result: "testfailed" },
      });
      for (const job of others) expect(job).toEqual(first);

      const every = jobs.flatMap(({ guid }) => states.map((state) => jobValue(guid, state)));
      const again = await outcomes(store, published(every), await posted(every));
      expect(new Set(again.flat())).toEqual(new Set(["unchanged"]));
    });

    it("has the same final state, and moves once into each state, while two workers write both ways at the same time", async () => {
      const guids = Array.from({ length: 8 }, (_, job) => `race-${job}/0`);
      const values = guids.flatMap((guid) => states.map((state) => jobValue(guid, state)));
      const ends = await Promise.all([
        outcomes(empty.store, published(values)),
        outcomes(other, await posted(values.toReversed())),
      ]);
      const stored = ends.flat(2).filter((outcome) => outcome === "stored");
      const views = await Promise.all(guids.map((guid) => empty.store.findJob("try", guid)));
      const moves = views.flatMap((view) => view?.job.transitions ?? []);
      expect(stored).toHaveLength(moves.length);
      const [first, ...others] = await Promise.all(guids.map((guid) => shown(other, guid)));
      expect(first).toMatchObject({ last: "completed", fields: { result: "testfailed" } });
      for (const job of others) expect(job).toEqual(first);
    });
  });
}
