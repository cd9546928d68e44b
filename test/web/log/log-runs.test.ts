import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { logRuns, shownText } from "../../../src/web/log/log-runs.ts";

const E = "\u001b";
/** A short form of a run: its text, preceded by its style if it has one. */
const inShort = (line: string): string[] =>
  logRuns(line).map(({ text, look }) => (look === null ? text : `${look}:${text}`));

describe("colours", () => {
  it.each([
    ["plain text", "plain", ["plain"]],
    ["a colour", `${E}[31mred${E}[0m plain`, ["1:red", " plain"]],
    ["an empty code, which ends the colour", `${E}[32mgreen${E}[m.`, ["2:green", "."]],
    ["a bold colour, which is the bright one", `${E}[1;31mred`, ["9:red"]],
    ["a bright colour", `${E}[96mcyan`, ["14:cyan"]],
    ["the colour's own end", `${E}[31mred${E}[39m.`, ["1:red", "."]],
    ["bold alone", `${E}[1mbold${E}[22m`, ["bold"]],
    ["a background, which is left out", `${E}[41mtext`, ["text"]],
    ["one of 256 colours", `${E}[38;5;196mred`, ["9:red"]],
    ["a grey of 256", `${E}[38;5;244mgrey`, ["8:grey"]],
    ["one of millions", `${E}[38;2;250;5;5mred`, ["9:red"]],
    ["a background of millions before a colour", `${E}[48;2;1;2;3;32mgreen`, ["2:green"]],
    ["a colour that no terminal has", `${E}[38;5;999mtext`, ["text"]],
    ["the single-character form of the same code", "\u009b33myellow", ["3:yellow"]],
  ])("%s", (_name, line, runs) => {
    expect(inShort(line)).toEqual(runs);
  });
});

describe("other control sequences are left out", () => {
  it.each([
    ["cursor up", `${E}[2Aa`, "a"],
    ["clear the screen", `${E}[2J${E}[Ha`, "a"],
    ["a private mode", `${E}[?25la`, "a"],
    ["a title", `${E}]0;title\u0007a`, "a"],
    ["a link", `${E}]8;;http://evil.example/${E}\\text${E}]8;;${E}\\`, "text"],
    ["a device string", `${E}Pabc${E}\\a`, "a"],
    ["a character set", `${E}(Ba`, "a"],
    ["a reset", `${E}ca`, "a"],
  ])("%s", (_name, line, text) => {
    expect(shownText(line)).toBe(text);
  });

  it.each([
    ["a title without an end hides nothing", `${E}]0;title and all the rest`, "^[]0;title and all the rest"],
    ["a code without an end", `${E}[31`, "^[[31"],
    ["a code with a wrong end", `${E}[31\u0007x`, "^[[31^Gx"],
    ["an escape at the end", `a${E}`, "a^["],
  ])("%s", (_name, line, text) => {
    expect(shownText(line)).toBe(text);
  });
});

describe("characters that cannot be seen become signs", () => {
  it.each([
    ["a carriage return inside a line", "10%\r20%", ["10%", "sign:^M", "20%"]],
    ["NUL and delete", "a\0b\u007f", ["a", "sign:^@", "b", "sign:^?"]],
    ["a change of direction", "a\u202eb\u2066c", ["a", "sign:U+202E", "b", "sign:U+2066", "c"]],
    ["a zero-width character", "a\u200bb\ufeff", ["a", "sign:U+200B", "b", "sign:U+FEFF"]],
    ["a line separator", "a\u2028b", ["a", "sign:U+2028", "b"]],
    ["a lone surrogate", "a\ud800b", ["a", "sign:U+D800", "b"]],
    ["a tag beyond the basic plane", "a\u{e0041}", ["a", "sign:U+E0041"]],
    ["a tab stays", "a\tb", ["a\tb"]],
    ["letters of all languages stay", "äöü עברית 日本語 🎉", ["äöü עברית 日本語 🎉"]],
    ["HTML stays text", "<script>alert(1)</script>", ["<script>alert(1)</script>"]],
  ])("%s", (_name, line, runs) => {
    expect(inShort(line)).toEqual(runs);
  });
});

describe("hostile lines", () => {
  it("have a limited number of runs, and lose no text", () => {
    const line = Array.from({ length: 3000 }, (_, index) => `${E}[3${index % 8}mx`).join("");
    expect(logRuns(line).length).toBe(200);
    expect(shownText(line)).toBe("x".repeat(3000));
  });

  it.each([
    ["beginnings of codes", `${E}[`],
    ["beginnings of titles", `${E}]0;`],
    ["beginnings of links that never end", `${E}]8;;http://a/`],
    ["long parameters", `${E}[1;1;1;1;1;1;1;1`],
  ])("are read in one pass, where quadratic time would take minutes: %s", (_name, part) => {
    expect(shownText(part.repeat(100_000))).not.toContain(E);
  });

  it("show no control character, whatever they contain", () => {
    const pieces = [
      E,
      "[",
      "]",
      "31",
      ";",
      "m",
      "\\",
      "\u0007",
      "\u009b",
      "8;;",
      "a",
      "\u202e",
      "\r",
      "\ud83c",
    ];
    const anything = fc.string({ unit: "binary", maxLength: 5 });
    const part = fc.oneof(fc.constantFrom(...pieces), anything);
    const line = fc.array(part, { maxLength: 40 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(line, (hostile) => {
        expect(shownText(hostile).replaceAll("\t", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 300 },
    );
  });
});
