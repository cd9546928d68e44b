import { describe, expect, it } from "@jest/globals";
import { MAX_SCROLL_PX, scrollScale } from "../../../src/web/log/scroll-scale.ts";

describe("the scroll bar of a log", () => {
  it("represents the log directly as long as browsers allow the height", () => {
    const scale = scrollScale({ rows: 1000, rowPx: 20, viewPx: 600 });
    expect(scale).toMatchObject({ heightPx: 20_000, maxTopPx: 19_400, isScaled: false });
    expect([0, 333, 19_400].map(scale.topOf)).toEqual([0, 333, 19_400]);
    expect([0, 333, 19_400].map(scale.scrollTopOf)).toEqual([0, 333, 19_400]);
  });

  it("is scaled for a log that would be too high, and still reaches both ends", () => {
    const scale = scrollScale({ rows: 1_000_000, rowPx: 20, viewPx: 600 });
    expect(scale).toMatchObject({ heightPx: MAX_SCROLL_PX, maxTopPx: 19_999_400, isScaled: true });
    expect(scale.topOf(0)).toBe(0);
    expect(scale.topOf(MAX_SCROLL_PX - 600)).toBe(19_999_400);
    expect(scale.scrollTopOf(19_999_400)).toBeCloseTo(MAX_SCROLL_PX - 600, 3);
    expect(scale.topOf(scale.scrollTopOf(12_345_678))).toBeCloseTo(12_345_678, 3);
  });

  it.each([
    ["an empty log", 0],
    ["a log shorter than the view", 3],
  ])("%s does not scroll", (_name, rows) => {
    const scale = scrollScale({ rows, rowPx: 20, viewPx: 600 });
    expect(scale).toMatchObject({ heightPx: 600, maxTopPx: 0 });
    expect(scale.topOf(50)).toBe(0);
    expect(scale.scrollTopOf(50)).toBe(0);
  });
});
