import { expect, it } from "@jest/globals";
import { WantedNumbers, withNumber } from "../../../src/store/rules/wanted-numbers.ts";

it("a document gets the number that it wants if no other document has it", () => {
  const numbers = new WantedNumbers([["a", 5]]);
  expect(numbers.unsure()).toEqual([5]);
  numbers.note(new Set());
  expect(numbers.unsure()).toEqual([]);
  expect(numbers.of("a")).toBe(5);
});

it("otherwise it gets the next number that neither a stored document nor another new one has", () => {
  const numbers = new WantedNumbers([
    ["a", 5],
    ["b", 5],
    ["c", 8],
  ]);
  expect(numbers.unsure()).toEqual([5, 6, 8]);
  numbers.note(new Set([5, 6]));
  // 6 was b's, so a gets 7; 7 and 8 are then taken by new documents.
  expect(numbers.unsure()).toEqual([7, 9]);
  numbers.note(new Set([9]));
  expect(numbers.unsure()).toEqual([10]);
  numbers.note(new Set());
  expect(["a", "b", "c"].map((id) => numbers.of(id))).toEqual([7, 10, 8]);
});

it("a document whose number is already right is not copied", () => {
  const document = { rest_id: 5 };
  expect(withNumber(document, 5)).toBe(document);
  expect(withNumber(document, 6)).toEqual({ rest_id: 6 });
});
