import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { firstElements } from "../../../src/domain/text/first-elements.ts";

it.each([
  ["[]", [], true],
  [" [ ] ", [], true],
  ['[1, "a,]\\"" ,{"b":[2,3]}]', ["1", '"a,]\\""', '{"b":[2,3]}'], true],
  ["[1,2,3,4]", ["1", "2", "3"], false],
  ["[1,2,3]", ["1", "2", "3"], true],
  ["[1,2", ["1"], false],
])("the first three elements of %s", (text, elements, isWhole) => {
  expect(firstElements(text, 3, 1000)).toEqual({ elements, isWhole });
});

it.each(["{}", "", "null", '"[]"'])("%j is not a list", (text) => {
  expect(firstElements(text, 3, 1000)).toBeNull();
});

it("an element that ends beyond the limit is left out", () => {
  expect(firstElements(`["aa","${"b".repeat(100)}"]`, 3, 20)).toEqual({ elements: ['"aa"'], isWhole: false });
});

it("the first elements of a random list are returned unchanged", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (list) => {
      const { elements, isWhole } = firstElements(JSON.stringify(list), 1000, 1e6) ?? { elements: [] };
      expect([isWhole, elements.map((element) => JSON.parse(element))]).toEqual([
        true,
        JSON.parse(JSON.stringify(list)),
      ]);
    }),
  );
});
