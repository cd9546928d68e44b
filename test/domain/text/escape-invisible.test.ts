import { describe, expect, it } from "@jest/globals";
import { escapeInvisible } from "../../../src/domain/text/escape-invisible.ts";

describe("joiners that belong to visible text stay", () => {
  it.each([
    ["a family of emoji", "👩\u200d👩\u200d👧"],
    ["an emoji with a skin tone", "👩🏽\u200d💻 writes"],
    ["an emoji with a variation selector", "🏳\ufe0f\u200d🌈"],
    ["a Persian word", "می\u200cخواهم"],
    ["a Hindi cluster", "क\u094d\u200dष"],
    ["a Sinhala cluster", "ක\u0dca\u200dර"],
  ])("%s", (_name, text) => {
    expect(escapeInvisible(text)).toBe(text);
  });
});

describe("other invisible characters are written as escapes", () => {
  it.each([
    ["between Latin letters", "pass\u200dword", "pass\\u200dword"],
    ["a non-joiner between Latin letters", "pass\u200cword", "pass\\u200cword"],
    ["before an emoji", "\u200d👩", "\\u200d👩"],
    ["after an emoji", "👩\u200d", "👩\\u200d"],
    ["two of them", "👩\u200d\u200d👩", "👩\\u200d\\u200d👩"],
    ["two in a Persian word", "می\u200c\u200cخواهم", "می\\u200c\\u200cخواهم"],
    ["a non-joiner between emoji", "👩\u200c👩", "👩\\u200c👩"],
    ["another invisible character between emoji", "👩\u200b👩", "👩\\u200b👩"],
    ["a direction mark", "م\u202eم", "م\\u202eم"],
  ])("%s", (_name, text, escaped) => {
    expect(escapeInvisible(text)).toBe(escaped);
  });
});
