import { expect, it } from "@jest/globals";
import { PushBook } from "../../../src/store/rules/push-book.ts";
import { anArrival } from "../../examples.ts";

it("finds each of 20,000 pushes that a batch names as fast as one of a few", () => {
  const { submission } = anArrival();
  const pushes = new PushBook([]);
  const fromMs = performance.now();
  for (let push = 0; push < 20_000; push++) {
    pushes.pushOf({ ...submission, revision: push.toString(16).padStart(12, "0").padEnd(40, "0") });
  }
  // Half a second; one after the other looked at, it takes two minutes.
  expect(performance.now() - fromMs).toBeLessThan(20_000);
  expect(pushes.changed.size).toBe(20_000);
});
