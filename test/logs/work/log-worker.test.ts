import { afterEach, describe, expect, it } from "@jest/globals";
import type { Suggested } from "../../../src/bugs/thread/bug-thread-messages.ts";
import { Unavailable } from "../../../src/domain/faults.ts";
import type { Log } from "../../../src/log.ts";
import type { LogReading, ReadingFailure } from "../../../src/logs/read/log-reading.ts";
import {
  type LogWorker,
  type LogWorkerOptions,
  startLogWorker,
  type WorkEnd,
} from "../../../src/logs/work/log-worker.ts";
import type { WorkItem } from "../../../src/store/ports/work-store.ts";
import { ThreadFailure } from "../../../src/threads/thread-pool.ts";
import { aWorkQueue, type WorkQueue } from "../../doubles/work-queue.ts";

const running: LogWorker[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.stop()));
});

interface Scene {
  readonly worker: LogWorker;
  readonly queue: WorkQueue;
  readonly ends: readonly WorkEnd[];
  /** The event names that were logged as warnings or errors. */
  readonly logged: readonly string[];
  /** Resolves when this many items have ended. */
  ended(count: number): Promise<void>;
}

function aWorker(queue: WorkQueue, options: Partial<LogWorkerOptions> = {}): Scene {
  const ends: WorkEnd[] = [];
  const logged: string[] = [];
  const say = (event: string): void => {
    logged.push(event);
  };
  const quiet = (): void => undefined;
  const log: Log = { error: say, warn: say, info: quiet, debug: quiet };
  const worker = startLogWorker({
    store: queue,
    readLog: async (url) => aReading(url),
    suggestBugs: async (summary) => suggestionsFor(summary),
    logsAtOnce: 4,
    logsPerHost: 2,
    leaseMs: 60_000,
    retry: { maxAttempts: 10 },
    onEnd: (end) => ends.push(end),
    log,
    ...options,
  });
  running.push(worker);
  const ended = async (count: number): Promise<void> => {
    while (ends.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  return { worker, queue, ends, logged, ended };
}

const suggestionsFor = (summary: string): Suggested => ({
  ok: true,
  artifact: { name: "Bug suggestions", type: "json", blob: `suggestions for ${summary}` },
});

const figures = { bytes: 1, waitMs: 1, totalMs: 2 };

function aReading(url: string): LogReading {
  const artifacts = [
    { name: "text_log_summary", type: "json", blob: `summary of ${url}` },
    { name: "Job Info", type: "json", blob: "{}" },
  ];
  return { ok: true, artifacts, warnings: [], figures };
}

const aFailure = (kind: ReadingFailure["kind"], final: boolean): LogReading => ({
  ok: false,
  failure: { kind, detail: "it did", final },
});

function aLog(id: string, url = `http://logs.test/${id}`, attempts = 0): WorkItem {
  return {
    id,
    kind: "log",
    project: "try",
    job_guid: id,
    exchange: "e",
    failure: null,
    name: "buildbot_text",
    url,
    attempts,
    lease: `of ${id}`,
  };
}

function aSummary(id: string): WorkItem {
  return {
    id,
    kind: "suggestions",
    project: "try",
    job_guid: id,
    exchange: "e",
    failure: null,
    blob: "submitted",
    attempts: 0,
    lease: `of ${id}`,
  };
}

function until(stop: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    stop.addEventListener("abort", () => reject(new ThreadFailure("stopped", "stopped")));
  });
}

describe("a pending log", () => {
  it("is read, and all its artifacts are stored together, the suggestions last", async () => {
    const queue = aWorkQueue();
    queue.add(aLog("a"));
    const { ended, ends } = aWorker(queue);
    await ended(1);
    expect(queue.ended).toEqual([
      {
        id: "a",
        how: "finished",
        artifacts: [
          { name: "text_log_summary", type: "json", blob: "summary of http://logs.test/a" },
          { name: "Job Info", type: "json", blob: "{}" },
          { name: "Bug suggestions", type: "json", blob: "suggestions for summary of http://logs.test/a" },
        ],
      },
    ]);
    expect(ends[0]).toMatchObject({
      kind: "log",
      host: "logs.test",
      outcome: "done",
      failure: null,
      figures,
    });
  });

  it("is claimed with a lease that is longer than reading can take", async () => {
    const queue = aWorkQueue();
    queue.add(aLog("a"));
    await aWorker(queue, { leaseMs: 12_345 }).ended(1);
    expect(queue.claims[0]).toMatchObject({ kind: "log", leaseMs: 12_345 });
  });

  it("that was stored after the worker had found nothing is read when the worker is nudged", async () => {
    const queue = aWorkQueue();
    const { worker, ended } = aWorker(queue);
    while (queue.questions() < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    queue.add(aLog("a"), aSummary("b"));
    worker.nudge();
    await ended(2);
  });
});

describe("a summary that was submitted without suggestions", () => {
  it("gets suggestions, and nothing else", async () => {
    const queue = aWorkQueue();
    queue.add(aSummary("a"));
    const { ended, ends } = aWorker(queue);
    await ended(1);
    const suggestions = { name: "Bug suggestions", type: "json", blob: "suggestions for submitted" };
    expect(queue.ended).toEqual([{ id: "a", how: "finished", artifacts: [suggestions] }]);
    expect(ends[0]).toMatchObject({ kind: "suggestions", host: "", outcome: "done", figures: null });
  });
});

describe("a log that cannot be read", () => {
  it("is stored with the reason, and is due again later", async () => {
    const queue = aWorkQueue();
    queue.add(aLog("a"));
    const before = Date.now();
    const { ended, ends } = aWorker(queue, { readLog: async () => aFailure("network", false) });
    await ended(1);
    const [end] = queue.ended;
    expect(end).toMatchObject({ how: "failed", failure: { reason: "network: it did", marksFailed: true } });
    const due = end?.how === "failed" ? end.failure.next_attempt_at : null;
    expect(Date.parse(due ?? "")).toBeGreaterThanOrEqual(before + 1000);
    expect(ends[0]).toMatchObject({ outcome: "retry", failure: "network", figures: null });
  });

  it.each([
    ["with a final failure", aFailure("http-status", true), 0],
    ["after ten attempts", aFailure("network", false), 9],
  ])("is not retried %s", async (_case, reading, attempts) => {
    const queue = aWorkQueue();
    queue.add(aLog("a", "http://logs.test/a", attempts));
    const { ended, ends } = aWorker(queue, { readLog: async () => reading });
    await ended(1);
    expect(queue.ended).toMatchObject([
      { how: "failed", failure: { marksFailed: true, next_attempt_at: null } },
    ]);
    expect(ends[0]).toMatchObject({ outcome: "failed" });
  });

  it("is retried if its thread ended", async () => {
    const queue = aWorkQueue();
    queue.add(aLog("a"));
    const { ended, ends } = aWorker(queue, {
      readLog: () => Promise.reject(new ThreadFailure("stalled", "made no progress")),
    });
    await ended(1);
    expect(queue.ended).toMatchObject([{ how: "failed", failure: { reason: "stalled: made no progress" } }]);
    expect(ends[0]).toMatchObject({ outcome: "retry", failure: "stalled" });
  });

  it("is not retried if its suggestions would be too large", async () => {
    const queue = aWorkQueue();
    queue.add(aLog("a"));
    const fault = { reason: "artifact-too-large", artifact: "Bug suggestions", limitBytes: 10 } as const;
    const { ended } = aWorker(queue, { suggestBugs: async () => ({ ok: false, fault }) });
    await ended(1);
    expect(queue.ended).toMatchObject([
      {
        how: "failed",
        failure: {
          reason: 'artifact-too-large: artifact "Bug suggestions" would be larger than 10 bytes',
          next_attempt_at: null,
        },
      },
    ]);
  });

  it("is logged as an error if the cause is our own bug, and does not end the worker", async () => {
    const queue = aWorkQueue();
    queue.add(aLog("a"));
    queue.add(aLog("b"), aSummary("c"));
    const { ended, logged } = aWorker(queue, {
      readLog: (url) =>
        url.endsWith("a") ? Promise.reject(new TypeError("a bug")) : Promise.resolve(aReading(url)),
      suggestBugs: (summary) =>
        summary === "submitted"
          ? Promise.reject(new TypeError("another"))
          : Promise.resolve(suggestionsFor("")),
    });
    await ended(3);
    const failure = { marksFailed: true, next_attempt_at: null };
    expect(queue.ended.find(({ id }) => id === "a")).toMatchObject({
      failure: { ...failure, reason: "internal-error: a bug" },
    });
    expect(queue.ended.find(({ id }) => id === "b")).toMatchObject({ how: "finished" });
    expect(queue.ended.find(({ id }) => id === "c")).toMatchObject({ failure });
    expect(logged).toEqual(["artifacts_not_made", "artifacts_not_made"]);
  });
});

it("returns work uncounted if the store is unavailable while bugs are looked up, and waits for the store to do so", async () => {
  const queue = aWorkQueue();
  queue.add(aLog("a"), aSummary("b"));
  queue.next("releaseWork", "away", 2);
  const { ended, ends, logged } = aWorker(queue, {
    suggestBugs: () => Promise.reject(new Unavailable("store", "it restarts")),
  });
  await ended(2);
  expect(queue.ended.map(({ id, how }) => [id, how]).toSorted()).toEqual([
    ["a", "released"],
    ["b", "released"],
  ]);
  expect(ends.map(({ outcome, failure }) => [outcome, failure])).toEqual([
    ["released", null],
    ["released", null],
  ]);
  expect(new Set(logged)).toEqual(new Set(["artifacts_wait_for_store"]));
});

it("fetches no further log for a while if the store is unavailable while bugs are looked up", async () => {
  const queue = aWorkQueue();
  queue.add(aLog("a"), aLog("b"), aLog("c"));
  const read: string[] = [];
  const { ended, worker } = aWorker(queue, {
    logsAtOnce: 1,
    readLog: async (url) => {
      read.push(url);
      return aReading(url);
    },
    suggestBugs: () => Promise.reject(new Unavailable("store", "it restarts")),
  });
  await ended(1);
  worker.nudge();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(read).toHaveLength(1);
});

describe("many logs", () => {
  it("are read concurrently, up to the limit in total and for each host", async () => {
    const queue = aWorkQueue();
    const inWork = new Map<string, number>();
    let all = 0;
    let most = 0;
    let mostOfOne = 0;
    for (let nth = 0; nth < 40; nth++) queue.add(aLog(`${nth}`, `http://host-${nth % 3}.test/${nth}`));
    const { ended } = aWorker(queue, {
      logsAtOnce: 5,
      logsPerHost: 2,
      readLog: async (url) => {
        const { host } = new URL(url);
        const ofHost = (inWork.get(host) ?? 0) + 1;
        inWork.set(host, ofHost);
        most = Math.max(most, ++all);
        mostOfOne = Math.max(mostOfOne, ofHost);
        await new Promise((resolve) => setTimeout(resolve, 3));
        inWork.set(host, (inWork.get(host) ?? 0) - 1);
        all--;
        return aReading(url);
      },
    });
    await ended(40);
    expect([most, mostOfOne]).toEqual([5, 2]);
  });

  it("on a hanging host do not take the slots of others", async () => {
    const queue = aWorkQueue();
    for (let nth = 0; nth < 20; nth++) queue.add(aLog(`slow ${nth}`, `http://slow.test/${nth}`));
    for (let nth = 0; nth < 20; nth++) queue.add(aLog(`good ${nth}`, `http://good.test/${nth}`));
    const { ended } = aWorker(queue, {
      logsAtOnce: 3,
      logsPerHost: 2,
      readLog: async (url, stop) => (url.includes("slow") ? until(stop) : aReading(url)),
    });
    await ended(20);
    expect(queue.ended.map(({ id, how }) => [id.slice(0, 4), how])).toEqual(
      Array(20).fill(["good", "finished"]),
    );
  });

  it("on an unavailable host are not tried one after another, because the host rests", async () => {
    const queue = aWorkQueue();
    for (let nth = 0; nth < 20; nth++) queue.add(aLog(`dead ${nth}`, `http://dead.test/${nth}`));
    queue.add(aLog("good", "http://good.test/"));
    const { ended } = aWorker(queue, {
      logsPerHost: 1,
      readLog: async (url) => (url.includes("dead") ? aFailure("timeout", false) : aReading(url)),
    });
    await ended(2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(queue.ended.map(({ id }) => id).sort()).toEqual(["dead 0", "good"]);
  });
});

describe("many logs of many publishers", () => {
  it("on one server under many names leave slots for the others", async () => {
    const queue = aWorkQueue();
    for (let nth = 0; nth < 300; nth++) queue.add(aLog(`evil ${nth}`, `http://a${nth}.evil.test/`));
    queue.add(aLog("good", "http://good.test/"));
    const { ended, ends } = aWorker(queue, {
      logsAtOnce: 3,
      logsPerHost: 2,
      async readLog(url, stop, admit) {
        const isEvil = url.includes("evil");
        const address = isEvil ? "93.184.216.34" : "93.184.216.35";
        if (admit([address], 80).length === 0) return aFailure("server-busy", false);
        return isEvil ? until(stop) : aReading(url);
      },
    });
    // All except the two that hang.
    await ended(299);
    expect(queue.ended.find(({ id }) => id === "good")).toMatchObject({ how: "finished" });
    const putOff = queue.ended.filter(({ how }) => how === "released");
    expect(putOff).toHaveLength(298);
    // They were returned without an attempt, and are due again one after another.
    const dueAt = putOff.map((end) => Date.parse(end.how === "released" ? (end.dueAt ?? "") : ""));
    expect(new Set(dueAt).size).toBe(298);
    expect(new Set(ends.map(({ failure }) => failure))).toEqual(new Set([null]));
  });

  it("that hang on different servers hold no more slots than their exchange's share", async () => {
    const queue = aWorkQueue();
    for (let nth = 0; nth < 50; nth++) {
      queue.add({ ...aLog(`evil ${nth}`, `http://a${nth}.test/`), exchange: "evil" });
      queue.add({ ...aLog(`good ${nth}`, `http://b${nth}.test/`), exchange: "good" });
    }
    let hanging = 0;
    let mostBesideOthers = 0;
    const { ended } = aWorker(queue, {
      logsAtOnce: 4,
      async readLog(url, stop) {
        if (url.includes("//a")) {
          hanging++;
          return until(stop);
        }
        mostBesideOthers = hanging;
        return aReading(url);
      },
    });
    await ended(50);
    expect(queue.ended.map(({ id, how }) => [id.slice(0, 4), how])).toEqual(
      Array(50).fill(["good", "finished"]),
    );
    // Half of the slots, while another exchange has work.
    expect(mostBesideOthers).toBeLessThanOrEqual(2);
  });
});

describe("work that ends its thread", () => {
  it.each([
    ["out-of-memory", "log"],
    ["stalled", "log"],
    ["too-long", "log"],
    ["crashed", "log"],
    ["too-long", "suggestions"],
  ] as const)("is tried twice if it is %s: a %s", async (kind, work) => {
    const queue = aWorkQueue();
    const item = (id: string): WorkItem => (work === "log" ? aLog(id) : aSummary(id));
    const fail = (): Promise<never> => Promise.reject(new ThreadFailure(kind, "it did"));
    queue.add(item("a"), { ...item("b"), attempts: 1, failure: `${kind}: it did` });
    const { ended } = aWorker(queue, { readLog: fail, suggestBugs: fail });
    await ended(2);
    const [first, second] = ["a", "b"].map((id) => queue.ended.find((end) => end.id === id));
    expect(first).toHaveProperty("failure.next_attempt_at", expect.any(String));
    expect(second).toHaveProperty("failure", {
      reason: `${kind}: it did`,
      next_attempt_at: null,
      marksFailed: true,
    });
  });

  it("is tried twice even after attempts that failed because of its host", async () => {
    const queue = aWorkQueue();
    queue.add({ ...aLog("a"), attempts: 5, failure: "timeout: no byte for 30 s" });
    const readLog = () => Promise.reject(new ThreadFailure("out-of-memory", "it did"));
    await aWorker(queue, { readLog }).ended(1);
    expect(queue.ended[0]).toHaveProperty("failure.next_attempt_at", expect.any(String));
  });

  it("is retried if it shared the thread with other tasks, because another task may have ended it", async () => {
    const queue = aWorkQueue();
    queue.add({ ...aSummary("a"), attempts: 1, failure: "interrupted: the bug thread crashed" });
    const suggestBugs = () => Promise.reject(new ThreadFailure("interrupted", "the bug thread crashed"));
    await aWorker(queue, { suggestBugs }).ended(1);
    expect(queue.ended[0]).toHaveProperty("failure.next_attempt_at", expect.any(String));
  });

  it("is given up after the usual number of attempts if it ends the whole worker, so that no attempt is ever completed", async () => {
    const queue = aWorkQueue();
    queue.add(aLog("a", "http://logs.test/a", 10));
    const { ended, ends } = aWorker(queue);
    await ended(1);
    expect(queue.ended).toMatchObject([
      { failure: { reason: "unfinished: none of 10 attempts was completed", next_attempt_at: null } },
    ]);
    expect(ends[0]).toMatchObject({ outcome: "failed", failure: "unfinished" });
  });
});

describe("a store in trouble", () => {
  it("that is unavailable when work is claimed is asked again, and this is logged once", async () => {
    const queue = aWorkQueue();
    // Two attempts in both lanes.
    queue.next("exchangesWithWork", "away", 4);
    const { worker, ended, logged } = aWorker(queue);
    while (queue.questions() < 6) {
      worker.nudge();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    queue.add(aLog("a"));
    worker.nudge();
    await ended(1);
    expect(logged).toEqual(["work_waits_for_store"]);
  });

  it("that is unavailable when artifacts are stored is waited for, and the log is not read again", async () => {
    const queue = aWorkQueue();
    let readings = 0;
    queue.next("finishWork", "away", 3);
    queue.add(aLog("a"));
    const { ended, ends } = aWorker(queue, {
      readLog: async (url) => {
        readings++;
        return aReading(url);
      },
    });
    await ended(1);
    expect(ends[0]).toMatchObject({ outcome: "done" });
    expect([readings, queue.ended.length]).toEqual([1, 1]);
  });

  it("that stays unavailable until the lease has expired leaves the item to the next worker", async () => {
    const queue = aWorkQueue();
    queue.next("finishWork", "away", 1000);
    queue.next("failWork", "away", 1000);
    queue.add(aLog("a"), aLog("b"));
    const { ended, ends } = aWorker(queue, {
      leaseMs: 50,
      readLog: async (url) => (url.endsWith("a") ? aReading(url) : aFailure("network", false)),
    });
    await ended(2);
    expect(ends.map(({ outcome }) => outcome)).toEqual(["unstored", "unstored"]);
    expect(queue.ended).toEqual([]);
  });

  it("refuses the artifacts if it has given the item to another worker", async () => {
    const queue = aWorkQueue();
    queue.next("finishWork", "lost", 1);
    queue.next("failWork", "lost", 1);
    queue.add(aLog("a"), aLog("b"));
    const { ended, ends } = aWorker(queue, {
      readLog: async (url) => (url.endsWith("a") ? aReading(url) : aFailure("network", false)),
    });
    await ended(2);
    expect(ends.map(({ outcome }) => outcome)).toEqual(["lost", "lost"]);
  });

  it("may refuse the artifacts, which does not make the log a failed one", async () => {
    const queue = aWorkQueue();
    queue.next("finishWork", "bug", 1);
    queue.add(aLog("a"));
    const { ended, ends, logged } = aWorker(queue);
    await ended(1);
    expect(ends[0]).toMatchObject({ outcome: "unstored" });
    expect(logged).toEqual(["artifacts_not_stored"]);
    expect(queue.ended).toMatchObject([{ how: "failed", failure: { marksFailed: false } }]);
    expect(queue.ended[0]).toHaveProperty("failure.next_attempt_at", expect.any(String));
  });

  it("has a failed log, not one that is pending for ever, if it refuses the artifacts of the last attempt", async () => {
    const queue = aWorkQueue();
    queue.next("finishWork", "bug", 1);
    queue.add(aLog("a", undefined, 9));
    const { ended } = aWorker(queue);
    await ended(1);
    const reason = "internal-error: storing failed: a test says so";
    const failure = { reason, marksFailed: true, next_attempt_at: null };
    expect(queue.ended).toMatchObject([{ how: "failed", failure }]);
  });
});

describe("stopping", () => {
  it("returns the items in progress, and claims no more", async () => {
    const queue = aWorkQueue();
    for (let nth = 0; nth < 5; nth++) queue.add(aLog(`${nth}`, `http://host-${nth}.test/`));
    const { worker, ends } = aWorker(queue, { logsAtOnce: 2, readLog: (_url, stop) => until(stop) });
    while (queue.claims.filter(({ kind }) => kind === "log").length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await worker.stop();
    expect(queue.ended).toEqual([
      { id: "0", how: "released" },
      { id: "1", how: "released" },
    ]);
    expect(ends.map(({ outcome }) => outcome)).toEqual(["released", "released"]);
  });

  it("stores the artifacts of logs that have already been read", async () => {
    const queue = aWorkQueue();
    queue.add(aLog("a"));
    let lookUp: (suggested: Suggested) => void = () => undefined;
    let asked = false;
    const { worker } = aWorker(queue, {
      suggestBugs: () => {
        asked = true;
        return new Promise((resolve) => {
          lookUp = resolve;
        });
      },
    });
    while (!asked) await new Promise((resolve) => setTimeout(resolve, 2));
    const stopped = worker.stop();
    lookUp(suggestionsFor(""));
    await stopped;
    expect(queue.ended).toMatchObject([{ id: "a", how: "finished" }]);
  });
});
