import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { signalAfter } from "../../src/timing/signal-after.ts";
import { collectGarbage } from "../collect-garbage.ts";

it("aborts a signal that it references only weakly, even if memory is garbage-collected before the time is up", async () => {
  const joined = AbortSignal.any([signalAfter(200), new AbortController().signal]);
  const aborted = new Promise((resolve) => joined.addEventListener("abort", () => resolve(joined.reason)));
  await wait(20);
  collectGarbage();
  const late = wait(5000, "late", { ref: false });
  expect(await Promise.race([aborted, late])).toMatchObject({ name: "TimeoutError" });
});
