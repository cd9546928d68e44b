import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Bug } from "../../src/domain/bug.ts";
import { createCounters } from "../../src/metrics/counters.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { StoredLog } from "../../src/store/ports/log-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { type Artifacts, type ArtifactsOptions, startArtifacts } from "../../src/worker/start-artifacts.ts";
import { aRestBug, type BugzillaServer, startBugzilla } from "../doubles/bugzilla-server.ts";
import { answer, type Behaviour, type LogHost, startLogHost } from "../doubles/log-host.ts";
import { aClaim, anArrival } from "../examples.ts";
import { until } from "../until.ts";

jest.setTimeout(180_000);

// Threads run compiled code: `npm test` builds first; by hand, `npm run build` does.
const entries = {
  parse: new URL("../../dist/parse-thread-entry.js", import.meta.url),
  bugs: new URL("../../dist/bug-thread-entry.js", import.meta.url),
};
const unsaid = (): void => undefined;
const silent = { error: unsaid, warn: unsaid, info: unsaid, debug: unsaid };

let folder: string;
let store: Store;
const toStop: Artifacts[] = [];
const toClose: (LogHost | BugzillaServer)[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "artifacts-"));
  store = await openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 30 });
});
afterEach(async () => {
  await Promise.all(toStop.splice(0).map((artifacts) => artifacts.stop()));
  await Promise.all(toClose.splice(0).map((server) => server.close()));
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Choices extends Partial<Omit<ArtifactsOptions, "logs">> {
  readonly threads?: number;
  readonly allowHosts?: readonly string[];
}

function start({ threads = 2, allowHosts = [], ...options }: Choices = {}) {
  const counters = createCounters();
  const artifacts = startArtifacts({
    store,
    logs: {
      threads,
      entry: entries.parse,
      userAgent: "test",
      allowPrivate: true,
      allowHosts,
    },
    bugThreadEntry: entries.bugs,
    logsPerHost: 2,
    leaseMs: 60_000,
    retry: { maxAttempts: 3 },
    sync: null,
    bugsCheckMs: 20,
    counters,
    log: silent,
    ...options,
  });
  toStop.push(artifacts);
  return { artifacts, counters };
}

async function aHost(paths: Readonly<Record<string, Behaviour>>): Promise<LogHost> {
  const host = await startLogHost(paths);
  toClose.push(host);
  return host;
}

async function bugzilla(...args: Parameters<typeof startBugzilla>): Promise<BugzillaServer> {
  const server = await startBugzilla(...args);
  toClose.push(server);
  return server;
}

const log = "fatal error: boom\nTEST-UNEXPECTED-FAIL | a/test_foo.js | x\n";

async function addLog(taskId: string, url: string): Promise<void> {
  await store.storeSubmissions([anArrival({ taskId, logs: [{ name: "buildbot_text", url }] })]);
}

/** A job that contains a summary with this error, and no log. */
async function addSummary(taskId: string, line: string): Promise<void> {
  const blob = { step_data: { all_errors: [{ line, linenumber: 1 }] }, logurl: "http://h" };
  const artifacts = [{ name: "text_log_summary", type: "json", blob }];
  await store.storeSubmissions([anArrival({ taskId, extra: { artifacts } })]);
}

const aBug = (id: number, summary: string): Bug => ({
  id,
  summary,
  status: "NEW",
  resolution: "",
  crash_signature: "",
  keywords: "",
  os: "",
  modified: new Date().toISOString(),
});

const blobOf = (guid: string, name: string): Promise<string | undefined> =>
  store.findArtifact("try", guid, name).then((artifact) => artifact?.blob);

async function suggestedIds(guid: string): Promise<number[]> {
  const blob: { bugs: { open_recent: { id: number }[] } }[] = JSON.parse(
    await until(() => blobOf(guid, "Bug suggestions")),
  );
  return blob.flatMap(({ bugs }) => bugs.open_recent.map(({ id }) => id));
}

async function logOf(job_guid: string): Promise<StoredLog | undefined> {
  return (await store.listLogs({ job_guid, limit: 1 }))[0];
}

describe("the part of the worker that makes artifacts", () => {
  it("reads an existing log and one that arrives later, and stores their artifacts", async () => {
    const host = await aHost({ "/log": answer(gzipSync(log)) });
    await store.replaceBugs([aBug(5, "Intermittent test_foo.js")]);
    await addLog("a/0", `${host.url}/log`);
    const { artifacts } = start();
    expect(await suggestedIds("a/0")).toEqual([5]);
    await addLog("b/0", `${host.url}/log`);
    artifacts.nudge();
    expect(await suggestedIds("b/0")).toEqual([5]);
    expect((await store.findJob("try", "b/0"))?.artifacts).toEqual(
      expect.arrayContaining(["text_log_summary", "Job Info", "Bug suggestions"]),
    );
    expect((await logOf("b/0"))?.parse_status).toBe("parsed");
  });

  it("counts outcomes, failures, bytes and the time of each step, by host only for hosts on the allow-list", async () => {
    const gzip = gzipSync(log);
    const host = await aHost({ "/log": answer(gzip) });
    await addLog("good/0", `${host.url}/log`);
    await addLog("gone/0", `${host.url}/gone`);
    await addLog("stranger/0", "http://stranger.example/log");
    await addSummary("summary/0", "fatal error: x");
    const { artifacts, counters } = start({ allowHosts: ["127.0.0.1", "*.example.org"] });
    await until(async () => (await logOf("stranger/0"))?.parse_status === "failed");
    await until(async () => (await logOf("gone/0"))?.parse_status === "failed");
    await suggestedIds("good/0");
    await suggestedIds("summary/0");
    await artifacts.stop();
    const text = await counters.registry.metrics();
    for (const line of [
      'artifact_work_total{kind="log",outcome="done",host="127.0.0.1"} 1',
      'artifact_work_total{kind="log",outcome="failed",host="127.0.0.1"} 1',
      'artifact_work_total{kind="log",outcome="failed",host="other"} 1',
      'artifact_work_total{kind="suggestions",outcome="done",host=""} 1',
      'artifact_failures_total{kind="log",reason="http-status",host="127.0.0.1"} 1',
      'artifact_failures_total{kind="log",reason="refused-host",host="other"} 1',
      `log_bytes_total{host="127.0.0.1"} ${gzip.length}`,
      'artifact_step_duration_seconds_count{step="fetch",host="127.0.0.1"} 1',
      'artifact_step_duration_seconds_count{step="parse",host="127.0.0.1"} 1',
      'artifact_step_duration_seconds_count{step="suggest",host=""} 1',
      'artifact_step_duration_seconds_count{step="store",host="other"} 1',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).not.toContain("stranger");
  });

  it("reads no logs with 0 threads, but still makes suggestions for submitted summaries", async () => {
    const host = await aHost({ "/log": answer(log) });
    await addLog("log/0", `${host.url}/log`);
    await addSummary("summary/0", "fatal error: x");
    start({ threads: 0 });
    expect(await suggestedIds("summary/0")).toEqual([]);
    expect(host.connections()).toBe(0);
    expect((await logOf("log/0"))?.parse_status).toBe("pending");
  });

  it("finds bugs that were added later", async () => {
    await store.replaceBugs([aBug(1, "Intermittent test_foo.js")]);
    const { artifacts, counters } = start();
    await addSummary("one/0", "x | a/test_foo.js | y");
    artifacts.nudge();
    expect(await suggestedIds("one/0")).toEqual([1]);
    await store.replaceBugs([aBug(2, "Intermittent test_foo.js"), aBug(3, "something else")]);
    await until(async () => (await counters.bugs.get()).values[0]?.value === 2);
    await addSummary("two/0", "x | a/test_foo.js | y");
    artifacts.nudge();
    expect(await suggestedIds("two/0")).toEqual([2]);
  });

  it("reads another publisher's log while a thousand hang, on one server under many names", async () => {
    const hanging = await aHost({ "/log": () => undefined });
    const good = await aHost({ "/log": answer(gzipSync(log)) });
    await store.storeSubmissions(
      Array.from({ length: 1000 }, (_, n) =>
        anArrival({
          taskId: `evil${n}/0`,
          logs: [{ name: "buildbot_text", url: `http://a${n}.localhost:${hanging.port}/log` }],
        }),
      ),
    );
    start({ threads: 3 });
    await until(async () => hanging.open() === 2);
    await addLog("good/0", `${good.url}/log`);
    await until(async () => (await logOf("good/0"))?.parse_status === "parsed");
    // No more logs at a time than of one host, and none of those that had to wait has lost an attempt.
    expect(hanging.connections()).toBe(2);
    const attempts = (await store.listLogs({ parse_status: "pending", limit: 2000 })).map(
      (one) => one.attempts,
    );
    expect(attempts.filter((count) => count > 0).length).toBeLessThanOrEqual(3);
  });

  it("releases the log in progress when it is stopped, so that another worker can read it immediately", async () => {
    const host = await aHost({ "/slow": () => undefined });
    await addLog("slow/0", `${host.url}/slow`);
    const { artifacts } = start();
    await until(async () => host.requests.length === 1);
    await artifacts.stop();
    expect(await store.claimWork(aClaim())).toMatchObject([{ job_guid: "slow/0", attempts: 0 }]);
  });
});

describe("the sync with Bugzilla", () => {
  const sync = (server: BugzillaServer, everyMs: number) => ({
    baseUrl: server.url,
    userAgent: "pulse-ingest/test",
    everyMs,
  });

  it("fills an empty cache immediately, and continues by timer", async () => {
    const bugs = [aRestBug(1)];
    const server = await bugzilla(bugs);
    const { counters } = start({ sync: sync(server, 50) });
    await until(async () => (await store.readBugs(0, 9)).length === 1);
    bugs.push(aRestBug(2));
    await until(async () => (await store.readBugs(0, 9)).length === 2);
    const { values } = await counters.bugSyncs.get();
    expect(values).toMatchObject([{ labels: { outcome: "replaced" } }]);
  });

  it("keeps the old bugs, and retries, when Bugzilla fails or has none", async () => {
    await store.replaceBugs([aBug(9, "old")]);
    let asked = 0;
    const server = await bugzilla([], (response) => {
      asked++;
      if (asked === 1) response.writeHead(500).end();
      else response.end('{"bugs": []}');
    });
    const { artifacts, counters } = start({ sync: sync(server, 20) });
    await until(async () => asked >= 3);
    await artifacts.stop();
    expect((await store.readBugs(0, 9)).map(({ id }) => id)).toEqual([9]);
    const outcomes = (await counters.bugSyncs.get()).values.map(({ labels }) => labels.outcome);
    expect(outcomes).toEqual(expect.arrayContaining(["failed", "empty"]));
  });

  it("stops with the other parts while it waits for an answer", async () => {
    const server = await bugzilla([], () => undefined);
    const { artifacts } = start({ sync: sync(server, 1000) });
    await until(async () => server.requests.length === 1);
    await artifacts.stop();
    expect(await store.bugsVersion()).toBeNull();
  });
});
