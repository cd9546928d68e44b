import { expect, it } from "@jest/globals";
import * as z from "zod";
import { countOrNull, firstOf, textOrNull } from "../../../src/queries/job/read-list.ts";

it("only the first elements of a long list are read", () => {
  let lookedAt = 0;
  const element = z.unknown().refine((value) => {
    lookedAt++;
    return value === "good";
  });
  const list = ["good", 7, "good", ...Array.from({ length: 1000 }, () => 0)];
  expect(firstOf(element, 3).parse(list)).toEqual(["good", null, "good"]);
  expect(lookedAt).toBe(3);
});

it.each([null, undefined, 7, "list", { length: 2 }])(
  "a value that is not a list, such as %j, is read as an empty one",
  (value) => {
    expect(firstOf(z.string(), 3).parse(value)).toEqual([]);
  },
);

it("members that are missing, or have another type, are null", () => {
  const element = z.object({ line: textOrNull, number: countOrNull, other: countOrNull });
  expect(element.parse({ line: 4, number: -1 })).toEqual({ line: null, number: null, other: null });
  expect(element.parse({ line: "x", number: 0, other: 1.5 })).toEqual({ line: "x", number: 0, other: null });
});
