import { expect, it } from "@jest/globals";
import { compareEnds } from "../../quickstart/compare-ends.ts";

const samples = [
  { title: "one", body: {}, ends: [{ guid: "a/0", outcome: "stored" }] },
  {
    title: "two in one",
    body: [],
    ends: [
      { guid: "b/0", outcome: "stored" },
      { guid: "c/0", outcome: "rejected" },
    ],
  },
];
const right = [
  { guid: "a/0", outcome: "stored" },
  { guid: "b/0", outcome: "stored" },
  { guid: "c/0", outcome: "rejected" },
];

it("is successful if each message ended as expected", () => {
  expect(compareEnds(samples, right)).toEqual({
    allRight: true,
    rows: [
      ["one", "a/0", "stored", "as expected"],
      ["two in one", "b/0", "stored", "as expected"],
      ["two in one", "c/0", "rejected", "as expected"],
    ],
  });
});

it.each([
  ["another outcome", [...right.slice(0, 2), { guid: "c/0", outcome: "stored" }], "expected c/0 rejected"],
  ["another order", [right[1], right[0], right[2]], "expected a/0 stored"],
  ["a missing line", right.slice(0, 2), "expected c/0 rejected"],
  ["an additional line", [...right, { guid: "d/0", outcome: "stored" }], "expected nothing"],
])("finds %s", (_case, ended, words) => {
  const { allRight, rows } = compareEnds(
    samples,
    ended.filter((end) => end !== undefined),
  );
  expect(allRight).toBe(false);
  expect(rows.map((row) => row.at(-1))).toContain(words);
});
