import { afterAll, expect, it, jest } from "@jest/globals";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb, sharedRabbitmq } from "../servers/shared-servers.ts";
import { type Fault, faults } from "./faults.ts";
import { runChaos } from "./run-chaos.ts";
import type { StoreName } from "./world.ts";

jest.setTimeout(900_000);
const series = process.env["TEST_BROKER"] === "4" ? "4" : "3";
const stop = new AbortController();
// After a timeout of jest, the run must not continue.
afterAll(() => stop.abort());

/** The short form of `npm run chaos`, which injects each of these faults once. */
async function expectTheLaw(store: StoreName, isMeant: (fault: Fault) => boolean): Promise<void> {
  const kinds = faults.filter((fault) => fault.stores.includes(store) && isMeant(fault));
  const lines: string[] = [];
  const report = await runChaos(
    {
      ...{ store, series, seed: 7, messages: 800, rate: 60, faults: kinds.length, kinds, env: {} },
      // Half-open connections are noticed soon, which keeps the test short.
      heartbeatSeconds: 2,
      say: (line) => lines.push(line),
    },
    stop.signal,
  );
  // The first breaches are enough to find the cause, and all of them would fill the log.
  const { lost, doubled, troubles } = report;
  const breaches = report.breaches.slice(0, 10);
  if (lost + doubled + breaches.length + troubles.length > 0) console.error(lines.join("\n"));
  expect({ lost, doubled, breaches, troubles }).toEqual({ lost: 0, doubled: 0, breaches: [], troubles: [] });
  expect(report.injected.map(({ fault }) => fault).toSorted()).toEqual(
    kinds.map(({ name }) => name).toSorted(),
  );
  const { published, stored, unchanged, skipped, rejected, announced } = report;
  expect(published).toBeGreaterThanOrEqual(800);
  expect(stored + unchanged + skipped + rejected + announced).toBe(published);
  // One message in twenty, of the at least 700 that were published.
  expect(report.poisoned).toBeGreaterThanOrEqual(35);
  const { posted } = report;
  expect(posted.stored).toBeGreaterThan(0);
  expect(posted.rejected).toBeGreaterThan(0);
  // The queue was deleted while it held messages, and the worker must have reported that.
  if (kinds.some(({ name }) => name === "queue-deleted")) expect(announced).toBeGreaterThan(0);
}

// The run starts its own servers. These only show whether they are available.
const broker = await serverOrSkip(sharedRabbitmq);
const mongodb = await serverOrSkip(sharedMongodb);

broker.describe("nothing is lost or doubled under load", () => {
  it("by each kind of fault, with SQLite", () => expectTheLaw("sqlite", () => true));
  mongodb.describe("on a server that may be killed", () => {
    it(`by faults of the workers and of a server, with ${mongodb.name}`, () =>
      expectTheLaw("mongodb", ({ side, stores }) => side === "worker" || stores.length === 1));
  });
});
