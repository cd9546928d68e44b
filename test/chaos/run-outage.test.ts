import { afterAll, expect, it, jest } from "@jest/globals";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb, sharedRabbitmq } from "../servers/shared-servers.ts";
import { CATCH_UP_BOUND_MS, QUEUE_BOUND, runOutage } from "./run-outage.ts";

jest.setTimeout(300_000);
const series = process.env["TEST_BROKER"] === "4" ? "4" : "3";
const stop = new AbortController();
// After a time-out of jest, the run must not continue.
afterAll(() => stop.abort());
// The run starts its own servers. These only show whether there are any.
const broker = await serverOrSkip(sharedRabbitmq);
const mongodb = await serverOrSkip(sharedMongodb);

broker.describe("a store that is away", () => {
  mongodb.describe(mongodb.name, () => {
    it("keeps the broker's queue short: the workers spool, lose nothing, and catch up", async () => {
      const report = await runOutage(
        {
          ...{ series, seed: 5, rate: 50, outageMs: 8000, say: () => undefined },
          env: { SPOOL_AFTER_MS: "2000" },
        },
        stop.signal,
      );
      expect(report).toMatchObject({ lost: 0, doubled: 0, breaches: [], troubles: [] });
      expect(report.published).toBeGreaterThan(200);
      expect(report.peakQueue).toBeLessThan(QUEUE_BOUND);
      expect(report.caughtUpMs).toBeLessThan(CATCH_UP_BOUND_MS);
    });
  });
});
