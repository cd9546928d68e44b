import { describe, expect, it } from "@jest/globals";
import { settle } from "../../../src/broker/consume/settlement.ts";

describe("a delivery", () => {
  for (const outcome of ["stored", "unchanged", "skipped", "rejected"] as const) {
    it(`whose only job is ${outcome} is acknowledged`, () => expect(settle([outcome])).toBe("ack"));
  }

  it("is returned to the queue when one of its jobs failed", () => {
    expect(settle(["stored", "failed", "rejected"])).toBe("requeue");
  });

  it("without jobs is acknowledged", () => expect(settle([])).toBe("ack"));
});
