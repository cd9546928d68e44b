import { expect, it } from "@jest/globals";
import { firstCharacters, isLongerThan } from "../../../src/domain/text/characters.ts";

it("a character beyond the basic plane counts once, and is never split", () => {
  expect(firstCharacters("a😀😀😀", 3)).toBe("a😀😀");
  expect(firstCharacters("😀".repeat(60), 50)).toBe("😀".repeat(50));
  expect(isLongerThan("😀".repeat(50), 50)).toBe(false);
  expect(isLongerThan("😀".repeat(51), 50)).toBe(true);
  expect(isLongerThan("x".repeat(51), 50)).toBe(true);
});

it("a text that is short enough is not changed", () => {
  for (const text of ["", "abc", "é\u0000", "\ud800"]) expect(firstCharacters(text, 3)).toBe(text);
});
