import { describe, expect, it } from "@jest/globals";
import { HostLimits } from "../../../src/logs/work/host-limits.ts";

describe("limits per host", () => {
  it("a host with the maximum of logs in progress is busy, others are not", () => {
    const limits = new HostLimits(2);
    limits.start("a.test");
    expect(limits.busy(0)).toEqual([]);
    limits.start("a.test");
    limits.start("b.test");
    expect(limits.busy(0)).toEqual(["a.test"]);
    limits.end("a.test", "answered", 0);
    expect(limits.busy(0)).toEqual([]);
  });

  it("an unreachable host rests for 5 s, then for twice as long each time in a row, up to a minute", () => {
    const limits = new HostLimits(2);
    let now = 1_000_000;
    for (const restMs of [5000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      limits.start("dead.test");
      limits.end("dead.test", "unreachable", now);
      expect(limits.busy(now + restMs - 1)).toEqual(["dead.test"]);
      now += restMs;
      expect(limits.busy(now)).toEqual([]);
    }
  });

  it("after its rest, a host gets one log at a time until it answers", () => {
    const limits = new HostLimits(2);
    limits.start("a.test");
    limits.end("a.test", "unreachable", 0);
    limits.start("a.test");
    expect(limits.busy(5000)).toEqual(["a.test"]);
    limits.end("a.test", "answered", 5000);
    limits.start("a.test");
    expect(limits.busy(5000)).toEqual([]);
  });

  it("logs that were in progress together and fail together count once", () => {
    const limits = new HostLimits(2);
    limits.start("a.test");
    limits.start("a.test");
    limits.end("a.test", "unreachable", 0);
    limits.end("a.test", "unreachable", 4000);
    expect(limits.busy(4999)).toEqual(["a.test"]);
    expect(limits.busy(5000)).toEqual([]);
  });

  it("a rest is over when the clock is set back", () => {
    const limits = new HostLimits(2);
    limits.start("a.test");
    limits.end("a.test", "unreachable", 3_600_000);
    expect(limits.busy(0)).toEqual([]);
    limits.start("a.test");
    limits.end("a.test", "unreachable", 0);
    expect(limits.busy(9999)).toEqual(["a.test"]);
    expect(limits.busy(10_000)).toEqual([]);
  });

  it("an end that says nothing about the host does not change its rest", () => {
    const limits = new HostLimits(2);
    limits.start("a.test");
    limits.start("a.test");
    limits.end("a.test", "unreachable", 0);
    limits.end("a.test", null, 0);
    expect(limits.busy(4999)).toEqual(["a.test"]);
  });

  it("hosts that were used long ago are forgotten, with their strikes", () => {
    const limits = new HostLimits(2);
    limits.start("a.test");
    limits.end("a.test", "unreachable", 0);
    limits.start("b.test");
    limits.end("b.test", "answered", 605_001);
    limits.start("a.test");
    expect(limits.busy(605_001)).toEqual([]);
  });

  it("only the latest thousand dead hosts are remembered, and all hosts that have logs in progress", () => {
    const limits = new HostLimits(1);
    limits.start("slow.test");
    for (let n = 0; n < 50_000; n++) {
      limits.start(`${n}.test`);
      limits.end(`${n}.test`, "unreachable", n / 1000);
    }
    const busy = limits.busy(50);
    expect(busy).toHaveLength(1000);
    expect(busy).toContain("slow.test");
    expect(busy).toContain("49999.test");
    limits.end("slow.test", "answered", 50);
    expect(limits.busy(50)).not.toContain("slow.test");
  });

  it("a host that fails repeatedly is remembered longer than those that failed once, long ago", () => {
    const limits = new HostLimits(1);
    const strike = (host: string, now: number): void => {
      limits.start(host);
      limits.end(host, "unreachable", now);
    };
    strike("dead.test", 0);
    for (let n = 0; n < 999; n++) strike(`${n}.test`, 1);
    strike("dead.test", 5000);
    strike("new.test", 5000);
    expect(limits.busy(14_999)).toEqual(["dead.test"]);
  });
});
