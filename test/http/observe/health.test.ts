import { describe, expect, it } from "@jest/globals";
import type { SourceState } from "../../../src/broker/message-source.ts";
import { livenessProblems, readinessProblems } from "../../../src/http/observe/health.ts";

describe("a worker is alive", () => {
  const stallLimitMs = 120_000;
  it.each([
    { story: "idle", stalledMs: 0, storeTrouble: null, alive: true },
    { story: "processing jobs", stalledMs: 119_000, storeTrouble: null, alive: true },
    { story: "waiting for its store", stalledMs: 999_000, storeTrouble: "refused", alive: true },
    { story: "stuck", stalledMs: 121_000, storeTrouble: null, alive: false },
  ])("$story: $alive", ({ stalledMs, storeTrouble, alive }) => {
    expect(livenessProblems({ stalledMs, storeTrouble, stallLimitMs })).toHaveLength(alive ? 0 : 1);
  });
});

describe("a worker is ready", () => {
  const consuming: SourceState = {
    connected: true,
    consuming: true,
    queue: "queue/guest/jobs",
    bindings: 2,
    degraded: [],
    exchanges: [],
    left: 0,
    reconnects: 0,
    queuesLost: 0,
    lostSinceMs: null,
    unsettled: 0,
    oldestMs: 0,
    stranded: 0,
  };
  const well = { source: consuming, storeTrouble: null, spoolTrouble: null, isStopping: false };
  const degraded = [{ exchange: "exchange/a/b", reason: "there is no such exchange" }];

  it("when it consumes, the store can be written to and the spool has room", () => {
    expect(readinessProblems(well)).toEqual([]);
  });

  it("even if one of its exchanges is degraded", () => {
    expect(readinessProblems({ ...well, source: { ...consuming, degraded } })).toEqual([]);
  });

  it.each([
    ["before it has connected", { source: null }, /^broker: not connected yet/],
    [
      "while the broker is unavailable",
      { source: { ...consuming, connected: false, consuming: false, lostSinceMs: 12_345 } },
      /^broker: not connected for 12 s/,
    ],
    [
      "while the queue cannot be declared",
      { source: { ...consuming, consuming: false, lostSinceMs: 1000 } },
      /^broker: connected, but not consuming/,
    ],
    [
      "with nothing bound",
      { source: { ...consuming, bindings: 0, degraded } },
      /^broker: nothing is bound .*exchange\/a\/b: there is no such exchange/,
    ],
    ["while the store is unavailable", { storeTrouble: "refused" }, /^store: refused$/],
    ["with a full spool", { spoolTrouble: "full" }, /^spool: full$/],
    ["while it shuts down", { isStopping: true }, /^worker: it is shutting down$/],
  ])("not %s", (_when, change, problem) => {
    expect(readinessProblems({ ...well, ...change })).toEqual([expect.stringMatching(problem)]);
  });

  it("not if there are several problems, which are all reported", () => {
    expect(readinessProblems({ ...well, source: null, storeTrouble: "a", spoolTrouble: "b" })).toHaveLength(
      3,
    );
  });
});
