import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { AckWindow } from "../../src/ack/ack-window.ts";
import type { Settlement } from "../../src/domain/delivery.ts";

function windowOf(tags: number, nowMs = 0): AckWindow {
  const window = new AckWindow();
  for (let tag = 1; tag <= tags; tag++) window.delivered(tag, nowMs);
  return window;
}

it("acknowledges what has ended in order with one multiple", () => {
  const window = windowOf(3);
  expect(window.settled(2, "ack", 1)).toEqual([]);
  expect(window.settled(3, "ack", 1)).toEqual([]);
  expect(window.settled(1, "ack", 1)).toEqual([{ kind: "ack", tag: 3, multiple: true }]);
  expect(window.size).toBe(0);
});

it("hands back singly, before any multiple passes it", () => {
  const window = windowOf(3);
  expect(window.settled(2, "requeue", 1)).toEqual([{ kind: "nack", tag: 2 }]);
  expect(window.settled(3, "ack", 1)).toEqual([]);
  expect(window.settled(1, "ack", 1)).toEqual([{ kind: "ack", tag: 3, multiple: true }]);
});

it("no longer waits for a head that takes over a second", () => {
  const window = windowOf(3);
  expect(window.settled(2, "ack", 500)).toEqual([]);
  expect(window.settled(3, "ack", 1501)).toEqual([
    { kind: "ack", tag: 2, multiple: false },
    { kind: "ack", tag: 3, multiple: false },
  ]);
  expect(window.settled(1, "ack", 1502)).toEqual([{ kind: "ack", tag: 1, multiple: false }]);
});

it("tells how long the oldest has been here that the broker has not heard of", () => {
  const window = new AckWindow();
  expect(window.oldestMs(50)).toBe(0);
  window.delivered(1, 100);
  window.delivered(2, 400);
  window.settled(2, "requeue", 500);
  expect(window.oldestMs(600)).toBe(500);
  window.delivered(3, 700);
  window.settled(1, "ack", 800);
  expect(window.oldestMs(900)).toBe(200);
});

it("refuses a tag that is settled already", () => {
  const window = windowOf(1);
  window.settled(1, "ack", 0);
  expect(() => window.settled(1, "ack", 0)).toThrow("not open");
});

it("in any order of ends, the broker hears of every delivery exactly once, and as it ended", () => {
  const ends = fc.array(fc.record({ requeue: fc.boolean(), rank: fc.integer(), gapMs: fc.nat(800) }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(ends, (deliveries) => {
      const window = windowOf(deliveries.length);
      const heard = new Map<number, Settlement>();
      let nowMs = 0;
      const order = deliveries
        .map((end, index) => ({ ...end, tag: index + 1 }))
        .toSorted((a, b) => a.rank - b.rank);
      for (const { tag, requeue, gapMs } of order) {
        nowMs += gapMs;
        for (const sent of window.settled(tag, requeue ? "requeue" : "ack", nowMs)) {
          const first = sent.kind === "ack" && sent.multiple ? 1 : sent.tag;
          for (let covered = first; covered <= sent.tag; covered++) {
            // A broker forgets a tag once it is settled, and a multiple covers only those it still knows.
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
