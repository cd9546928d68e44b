import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { AckWindow } from "../../../src/broker/consume/ack-window.ts";
import type { Settlement } from "../../../src/domain/delivery.ts";

function windowOf(tags: number, nowMs = 0): AckWindow {
  const window = new AckWindow();
  for (let tag = 1; tag <= tags; tag++) window.delivered(tag, nowMs);
  return window;
}

/** All acknowledgements that may be sent once these deliveries have ended. */
function sentAfter(window: AckWindow, nowMs: number, ...ends: readonly (readonly [number, Settlement])[]) {
  for (const [tag, settlement] of ends) window.settled(tag, settlement);
  return window.take(nowMs);
}

it("acknowledges deliveries that ended in order with one `multiple`", () => {
  const window = windowOf(4);
  expect(sentAfter(window, 1, [2, "ack"], [3, "ack"])).toEqual([]);
  expect(sentAfter(window, 1, [1, "ack"])).toEqual([{ kind: "ack", tag: 3, multiple: true }]);
  expect(window.size).toBe(1);
  expect(window.take(1)).toEqual([]);
});

it("returns a single delivery to the queue before a `multiple` covers its tag", () => {
  const window = windowOf(3);
  expect(sentAfter(window, 1, [3, "ack"], [2, "requeue"])).toEqual([{ kind: "nack", tag: 2 }]);
  expect(sentAfter(window, 1, [1, "ack"])).toEqual([{ kind: "ack", tag: 3, multiple: true }]);
});

it("sends returned deliveries first, even if all end together", () => {
  const window = windowOf(3);
  expect(sentAfter(window, 1, [1, "ack"], [2, "requeue"], [3, "ack"])).toEqual([
    { kind: "nack", tag: 2 },
    { kind: "ack", tag: 3, multiple: true },
  ]);
});

it("does not wait for an oldest delivery that takes more than a second", () => {
  const window = windowOf(3);
  expect(sentAfter(window, 500, [2, "ack"])).toEqual([]);
  expect(sentAfter(window, 1501, [3, "ack"])).toEqual([
    { kind: "ack", tag: 2, multiple: false },
    { kind: "ack", tag: 3, multiple: false },
  ]);
  expect(sentAfter(window, 1502, [1, "ack"])).toEqual([{ kind: "ack", tag: 1, multiple: false }]);
});

it("counts only deliveries that are not settled at the broker, also while the oldest one is open", () => {
  const window = windowOf(4);
  sentAfter(window, 1, [2, "requeue"]);
  expect(window.size).toBe(3);
  sentAfter(window, 1, [3, "ack"]);
  expect(window.size).toBe(3);
  expect(sentAfter(window, 1501)).toEqual([{ kind: "ack", tag: 3, multiple: false }]);
  expect(window.size).toBe(2);
  expect(() => window.settled(3, "ack")).toThrow("not open");
});

it("reports how long the oldest unsettled delivery has been held", () => {
  const window = new AckWindow();
  expect(window.oldestMs(50)).toBe(0);
  window.delivered(1, 100);
  window.delivered(2, 400);
  sentAfter(window, 500, [2, "requeue"]);
  expect(window.oldestMs(600)).toBe(500);
  window.delivered(3, 700);
  sentAfter(window, 800, [1, "ack"]);
  expect(window.oldestMs(900)).toBe(200);
});

it("refuses a tag that is already settled", () => {
  const window = windowOf(1);
  window.settled(1, "ack");
  expect(() => window.settled(1, "ack")).toThrow("not open");
});

it("settles every delivery exactly once and according to its end, whatever the order of ends", () => {
  const ends = fc.array(
    fc.record({ requeue: fc.boolean(), rank: fc.integer(), gapMs: fc.nat(800), isTogether: fc.boolean() }),
    {
      maxLength: 40,
    },
  );
  fc.assert(
    fc.property(ends, (deliveries) => {
      const window = windowOf(deliveries.length);
      const heard = new Map<number, Settlement>();
      let nowMs = 0;
      const order = deliveries
        .map((end, index) => ({ ...end, tag: index + 1 }))
        .toSorted((a, b) => a.rank - b.rank);
      for (const [at, { tag, requeue, gapMs, isTogether }] of order.entries()) {
        nowMs += gapMs;
        window.settled(tag, requeue ? "requeue" : "ack");
        if (isTogether && at < order.length - 1) continue;
        for (const sent of window.take(nowMs)) {
          const first = sent.kind === "ack" && sent.multiple ? 1 : sent.tag;
          for (let covered = first; covered <= sent.tag; covered++) {
            // A broker forgets a tag once it is settled, and `multiple` covers only the tags that it still knows.
            if (heard.has(covered) && covered === sent.tag) throw new Error(`tag ${covered} twice`);
            if (!heard.has(covered)) heard.set(covered, sent.kind === "nack" ? "requeue" : "ack");
          }
        }
      }
      expect(window.size).toBe(0);
      expect([...heard].toSorted(([a], [b]) => a - b)).toEqual(
        deliveries.map(({ requeue }, index) => [index + 1, requeue ? "requeue" : "ack"]),
      );
    }),
  );
});
