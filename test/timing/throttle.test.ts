import { expect, it } from "@jest/globals";
import { isWrittenAgain } from "../../src/timing/throttle.ts";

it("logs a repeated warning the 1st, 2nd, 4th, 8th time and so on", () => {
  const written = Array.from({ length: 1000 }, (_, index) => index + 1).filter(isWrittenAgain);
  expect(written).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
});
