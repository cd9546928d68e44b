import { afterEach, expect, it } from "@jest/globals";
import { type BugSyncOptions, startBugSync } from "../../../src/bugs/cache/sync-bugs.ts";
import type { Bug } from "../../../src/domain/bug.ts";
import { Unavailable } from "../../../src/domain/faults.ts";
import type { Log } from "../../../src/log.ts";
import { createCounters } from "../../../src/metrics/counters.ts";
import { aRestBug, type BugzillaServer, sendBugs, startBugzilla } from "../../doubles/bugzilla-server.ts";
import { until } from "../../until.ts";

const HOUR_MS = 3_600_000;

let server: BugzillaServer;
let stop: () => Promise<void> = async () => undefined;
afterEach(async () => {
  await stop();
  await server.close();
});

/** Starts a sync every hour, or 5 ms after a failure. */
function start(bugsVersion: BugSyncOptions["cache"]["bugsVersion"]) {
  const cached: (readonly Bug[])[] = [];
  const logged: (readonly [event: string, bugs: unknown, first: unknown])[] = [];
  const say: Log["warn"] = (event, fields) => {
    logged.push([event, fields?.["bugs"], fields?.["first"]]);
  };
  const replaceBugs = async (bugs: readonly Bug[]): Promise<void> => {
    cached.push(bugs);
  };
  stop = startBugSync({
    cache: { bugsVersion, replaceBugs },
    bugzilla: { baseUrl: server.url, userAgent: "test" },
    everyMs: HOUR_MS,
    retryMs: 5,
    counters: createCounters(),
    log: { error: say, warn: say, info: say, debug: say },
  });
  return { cached, logged };
}

it("a failed sync is retried long before the next regular one", async () => {
  let asked = 0;
  server = await startBugzilla([], (response) => {
    if (++asked < 3) response.writeHead(503).end();
    else sendBugs(response, [aRestBug(1)]);
  });
  const { cached, logged } = start(async () => null);
  await until(() => cached.length > 0);
  await stop();
  expect(asked).toBe(3);
  expect(logged.map(([event]) => event)).toEqual(["bugs_not_synced", "bugs_not_synced", "bugs_synced"]);
});

it("a filled cache is not synced immediately; if the store is unavailable, it is synced soon", async () => {
  server = await startBugzilla([aRestBug(1)]);
  const filled = start(async () => "1");
  await new Promise((resolve) => setTimeout(resolve, 50));
  await stop();
  expect(filled.cached).toEqual([]);
  const away = start(() => Promise.reject(new Unavailable("store", "it restarts")));
  await until(() => away.cached.length > 0);
});

it("bugs whose time cannot be parsed are counted and named in the log", async () => {
  server = await startBugzilla([aRestBug(1), aRestBug(2, { last_change_time: "soon" }), aRestBug(3)]);
  const { logged } = start(async () => null);
  await until(() => logged.length > 1);
  expect(logged).toEqual([
    ["bugs_synced", 3, undefined],
    ["bugs_without_time", 1, [2]],
  ]);
});
