import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { withDeadline } from "../../src/timing/deadline.ts";

it("returns the result of the promise, and leaves no timer behind", async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  expect(await withDeadline(Promise.resolve("in time"), 3_600_000, () => "late")).toBe("in time");
  expect(timers()).toBe(before);
});

it("throws the error of the promise", async () => {
  const failure = Promise.reject(new Error("failed"));
  await expect(withDeadline(failure, 1000, () => "late")).rejects.toThrow("failed");
});

it("returns the result of `late` after the limit", async () => {
  expect(await withDeadline(new Promise<string>(() => undefined), 5, () => "late")).toBe("late");
});

it("throws the error of `late` after the limit", async () => {
  const late = (): never => {
    throw new Error("too late");
  };
  await expect(withDeadline(new Promise<never>(() => undefined), 5, late)).rejects.toThrow("too late");
});

it("ignores a failure after the limit", async () => {
  const failsLater = wait(20).then(() => {
    throw new Error("nobody hears this");
  });
  expect(await withDeadline<string>(failsLater, 5, () => "late")).toBe("late");
  // An unhandled rejection would make the test fail.
  await wait(40);
});
