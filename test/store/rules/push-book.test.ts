import { expect, it } from "@jest/globals";
import { PushBook } from "../../../src/store/rules/push-book.ts";
import { anArrival } from "../../examples.ts";

it("finds a push quickly, even if a batch names 20,000 of them", () => {
  const { submission, received_at } = anArrival();
  const pushes = new PushBook([]);
  const from = process.cpuUsage();
  for (let push = 0; push < 20_000; push++) {
    const revision = push.toString(16).padStart(12, "0").padEnd(40, "0");
    pushes.pushOf({ ...submission, revision }, received_at);
  }
  // With maps it takes half a second; a search through all pushes would take two minutes.
  expect(process.cpuUsage(from).user).toBeLessThan(20e6);
  expect(pushes.changed.size).toBe(20_000);
});
