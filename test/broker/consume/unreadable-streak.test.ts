import { expect, it } from "@jest/globals";
import type { Culprit } from "../../../src/broker/connection/tap-deliveries.ts";
import { UnreadableStreak } from "../../../src/broker/consume/unreadable-streak.ts";

const culprit = (overrides: Partial<Culprit> = {}): Culprit => {
  return { exchange: "e", routingKey: "k", bodyBytes: 7, marks: "{}", ...overrides };
};

function after(...failures: readonly (Culprit | null)[]): UnreadableStreak {
  const streak = new UnreadableStreak();
  for (const failure of failures) streak.failed(failure);
  return streak;
}

it("counts only failures in a row at the same delivery count, whatever property identifies the delivery", () => {
  const first = culprit();
  expect(after(first, culprit()).failures).toBe(2);
  expect(after(first, culprit(), culprit()).isCareful).toBe(true);
  const others = [{ exchange: "f" }, { routingKey: "l" }, { bodyBytes: 8 }, { marks: '{"a":"1"}' }].map(
    culprit,
  );
  for (const other of [...others, null]) {
    expect(after(first, first, other).failures).toBe(1);
    expect(after(first, first, other, first).isCareful).toBe(false);
  }
});

it("counts deliveries that nothing distinguishes as one", () => {
  expect(after(null, null, null).isCareful).toBe(true);
});

it("the pause doubles with each failure, up to a minute", () => {
  const streak = new UnreadableStreak();
  const pauses = Array.from({ length: 100 }, () => {
    streak.failed(culprit());
    return streak.pauseMs;
  });
  expect(pauses.slice(0, 8)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  expect(pauses.at(-1)).toBe(60_000);
});

it("a delivery that looks like the culprit, but arrives for the first time, is not the culprit", () => {
  const streak = after(culprit());
  expect(streak.isCulprit(culprit(), false)).toBe(false);
  expect(streak.isCulprit(culprit(), true)).toBe(true);
  expect(streak.isCulprit(culprit({ bodyBytes: 8 }), true)).toBe(false);
});

it("starts again once the delivery has been set aside", () => {
  const streak = after(culprit(), culprit(), culprit());
  streak.ended();
  expect([streak.failures, streak.culprit, streak.isCareful]).toEqual([0, null, false]);
  expect(streak.isCulprit(culprit(), true)).toBe(false);
});
