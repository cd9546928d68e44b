import { describe, expect, it, jest } from "@jest/globals";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";
import { growthOf, type Interval } from "./growth.ts";
import { runSoak } from "./run-soak.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);

broker.describe(`a worker that runs for a while on ${broker.name}`, () => {
  it("ends every message as it should, stretch by stretch, in bounded memory (npm run soak: a million)", async () => {
    const told: Interval[] = [];
    const { outcomes, expected, exitCode, intervals, peak_rss_mib } = await runSoak({
      brokerUrl: broker.server().url,
      mongodbUrl: null,
      messages: 8_000,
      intervals: 6,
      onInterval: (interval) => told.push(interval),
    });
    expect(outcomes).toEqual(expected);
    expect(exitCode).toBe(0);
    expect(told).toEqual(intervals);
    expect(intervals.length).toBeGreaterThanOrEqual(6);
    expect(peak_rss_mib).toBeLessThan(512);
  });
});

describe("the verdict on memory use", () => {
  const noise = [0, 4, -3, 6, -5, 1, -2, 3];
  const seen = (rss: (stretch: number) => number): Interval[] =>
    Array.from({ length: 40 }, (_, n) => {
      return {
        messages: (n + 1) * 25_000,
        per_s: 1,
        cpu_s_per_10k: 1,
        rss_mib: rss(n) + (noise[n % 8] ?? 0),
      };
    });

  it("is flat if memory stays level, falls, or grows only while caches fill", () => {
    expect(growthOf(seen(() => 150)).flat).toBe(true);
    expect(growthOf(seen((n) => 200 - n)).flat).toBe(true);
    expect(growthOf(seen((n) => 100 + 10 * Math.min(n, 10))).flat).toBe(true);
  });

  it("is growth if each message leaves something behind", () => {
    const growth = growthOf(seen((n) => 150 + n));
    expect(growth.flat).toBe(false);
    // One MiB for 25,000 messages.
    expect(growth.mib_per_100k).toBeGreaterThan(3.5);
    expect(growth.mib_per_100k).toBeLessThan(4.5);
  });

  it("is refused if there are too few measurements", () => {
    expect(() => growthOf(seen(() => 1).slice(0, 2))).toThrow("too few");
  });
});
