import { describe, expect, it } from "@jest/globals";
import { admitRejections, type QuotaUse } from "../../../src/store/rules/admit-rejections.ts";
import { planRejections } from "../../../src/store/rules/plan-rejections.ts";
import { aRejection } from "../../examples.ts";

const day = "2026-01-05";
const received_at = `${day}T10:00:00.000Z`;
const rejectionOf = (text: string, quota?: string) =>
  aRejection(text, { received_at, ...(quota === undefined ? {} : { quota }) });
const use = (given: Partial<QuotaUse>): QuotaUse => {
  return { day, exchange: "e", kept: 0, bytes: 0, only_counted: 0, ...given };
};

interface Given {
  readonly perDay?: number;
  readonly bytesPerDay?: number;
  readonly used?: readonly QuotaUse[];
  readonly known?: readonly string[];
}

/** Decides which rejections with these texts are kept. All are of exchange `e`. */
function admit(texts: readonly string[], { perDay = 0, bytesPerDay = 0, used = [], known = [] }: Given) {
  const rejections = texts.map((text) => rejectionOf(text, "e"));
  const ids = planRejections(
    known.map((text) => rejectionOf(text)),
    30,
    new Map(),
  ).map(({ stored }) => [stored.id, received_at] as const);
  const quota = { perDay, bytesPerDay };
  const { uses, endsOf } = admitRejections(
    planRejections(rejections, 30, new Map(ids)),
    new Map(ids),
    used,
    quota,
  );
  return { uses, ends: endsOf(rejections) };
}

describe("a new rejection", () => {
  it("is kept up to the daily number, in the order of arrival", () => {
    const { uses, ends } = admit(["a", "b", "c"], { perDay: 5, used: [use({ kept: 3 })] });
    expect(ends).toEqual(["kept", "kept", "only-counted"]);
    expect(uses).toEqual([use({ kept: 2, bytes: expect.any(Number) as never, only_counted: 1 })]);
  });

  it("is kept up to the daily bytes, which include its fault; the last one may exceed them", () => {
    const [{ bytes = 0 } = {}] = admit(["a"], {}).uses;
    expect(bytes).toBe('"a"'.length + JSON.stringify(rejectionOf("a").fault).length);
    const left = [use({ bytes: 1000 - bytes - 1 })];
    expect(admit(["a", "b", "c"], { bytesPerDay: 1000, used: left }).ends).toEqual([
      "kept",
      "kept",
      "only-counted",
    ]);
    const exactly = [use({ bytes: 1000 - bytes })];
    expect(admit(["a", "b"], { bytesPerDay: 1000, used: exactly }).ends).toEqual(["kept", "only-counted"]);
  });

  it("is always kept if the limits are 0", () => {
    const used = [use({ kept: 1e9, bytes: 1e15 })];
    expect(admit(["a", "b"], { used }).ends).toEqual(["kept", "kept"]);
  });

  it("uses the quota once if it occurs several times in one batch, and is counted each time", () => {
    expect(admit(["a", "a", "a"], { perDay: 1 })).toMatchObject({
      ends: ["kept", "kept", "kept"],
      uses: [{ kept: 1, only_counted: 0 }],
    });
    expect(admit(["a", "b", "b"], { perDay: 1 })).toMatchObject({
      ends: ["kept", "only-counted", "only-counted"],
      uses: [{ kept: 1, only_counted: 2 }],
    });
  });
});

it("a rejection that is already stored is kept, and uses no quota, even if the quota is used up", () => {
  const used = [use({ kept: 10 })];
  expect(admit(["a", "b"], { perDay: 10, used, known: ["a"] })).toMatchObject({
    ends: ["kept", "only-counted"],
    uses: [{ kept: 0, only_counted: 1 }],
  });
});

it("each exchange has a quota for each day, and a rejection without a quota is always kept", () => {
  const rejections = [
    rejectionOf("a", "e"),
    rejectionOf("b", "e"),
    rejectionOf("c", "f"),
    { ...rejectionOf("d", "e"), received_at: "2026-01-06T00:00:00.000Z" },
    rejectionOf("e"),
  ];
  const planned = planRejections(rejections, 30, new Map());
  const { endsOf } = admitRejections(planned, new Map(), [], { perDay: 1, bytesPerDay: 0 });
  expect(endsOf(rejections)).toEqual(["kept", "only-counted", "kept", "kept", "kept"]);
});
