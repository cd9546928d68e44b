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

it("finds all right where each message ended as it should", () => {
  expect(compareEnds(samples, right)).toEqual({
    allRight: true,
    rows: [
      ["one", "a/0", "stored", "as it should"],
      ["two in one", "b/0", "stored", "as it should"],
      ["two in one", "c/0", "rejected", "as it should"],
    ],
  });
});

it.each([
  ["another outcome", [...right.slice(0, 2), { guid: "c/0", outcome: "stored" }], "should be c/0 rejected"],
  ["another order", [right[1], right[0], right[2]], "should be a/0 stored"],
  ["one that is missing", right.slice(0, 2), "should be c/0 rejected"],
  ["one too many", [...right, { guid: "d/0", outcome: "stored" }], "should be nothing"],
])("finds %s", (_case, ended, words) => {
  const { allRight, rows } = compareEnds(
    samples,
    ended.filter((end) => end !== undefined),
  );
  expect(allRight).toBe(false);
  expect(rows.map((row) => row.at(-1))).toContain(words);
});
