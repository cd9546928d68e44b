import { expect, it, jest } from "@jest/globals";
import { Refused, Unavailable } from "../../../src/domain/faults.ts";
import { holdWhileAway } from "../../../src/ingest/progress/hold-while-away.ts";

const away = () => new Unavailable("store", "connection refused");

function watched(stop = new AbortController()) {
  const seen: string[] = [];
  const options = {
    stop: stop.signal,
    giveUpAfterMs: null,
    onAway: (_error: unknown, attempt: number) => seen.push(`away ${attempt}`),
    onBack: (attempts: number) => seen.push(`back ${attempts}`),
  };
  return { seen, options, stop };
}

it("retries until the store is back, and reports both the outage and its end", async () => {
  const { seen, options } = watched();
  let calls = 0;
  const result = await holdWhileAway(async () => {
    if (++calls < 3) throw away();
    return "done";
  }, options);
  expect(result).toBe("done");
  expect(seen).toEqual(["away 1", "away 2", "back 2"]);
});

it("throws a bug immediately", async () => {
  const { seen, options } = watched();
  await expect(holdWhileAway(() => Promise.reject(new TypeError("bug")), options)).rejects.toThrow("bug");
  expect(seen).toEqual([]);
});

it("gives up at shutdown, after one last try", async () => {
  const { seen, options, stop } = watched();
  let calls = 0;
  const held = holdWhileAway(async () => {
    calls++;
    throw away();
  }, options);
  await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  await expect(held).rejects.toThrow(Unavailable);
  expect(calls).toBe(2);
  expect(seen).toEqual(["away 1"]);
});

it("waits for shorter times if asking the store again is cheap, however long it has been unavailable", async () => {
  const { seen, options } = watched();
  let calls = 0;
  // With the usual waits, this would take most of a minute.
  await holdWhileAway(async () => {
    if (++calls <= 25) throw new Unavailable("store", "database is locked", undefined, 2);
  }, options);
  expect(seen.at(-1)).toBe("back 25");
});

it("treats several refusals in a row as a bug, and counts from zero after an outage", async () => {
  jest.spyOn(Math, "random").mockReturnValue(0);
  const { options } = watched();
  const answers = [new Refused("no"), new Refused("no"), away(), ...Array(9).fill(new Refused("no"))];
  await expect(holdWhileAway(() => Promise.reject(answers.shift()), options)).rejects.toThrow(Refused);
  expect(answers).toHaveLength(5);
  jest.restoreAllMocks();
});

it("does not treat a refusal as a bug if it must give up before enough tries", async () => {
  const { options, stop } = watched();
  stop.abort();
  const held = holdWhileAway(() => Promise.reject(new Refused("no")), options);
  await expect(held).rejects.toThrow(Unavailable);
});
