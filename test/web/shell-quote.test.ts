import { execFileSync } from "node:child_process";
import { describe, expect, it } from "@jest/globals";
import { shellCommand } from "../../src/web/shell-quote.ts";

const hostile = [
  "$(touch /tmp/x)",
  "`id`",
  "a; rm -rf ~",
  "a && b || c & d | e > f < g",
  "it's",
  "'; echo broken; '",
  String.raw`\'; echo broken; #`,
  '"$HOME"',
  "\u0024{IFS}",
  "!!",
  "~root",
  "*?[a-z]{1,2}",
  "#comment",
  "=ls",
  "-rf",
  "--task=x",
  "",
  " ",
  "a b",
  "日本語",
  "%s%n",
  "$'\\x41'",
  "^a^b",
];

describe("a command line to copy", () => {
  it.each([
    [["pulse-ingest", "rejections", "replay", "3fa9c01d77aa"], "pulse-ingest rejections replay 3fa9c01d77aa"],
    [["x", "e/JxOR/0"], "x e/JxOR/0"],
    [["x", "--task=a b"], "x '--task=a b'"],
    [["x", "it's"], String.raw`x 'it'\''s'`],
    [["x", ""], "x ''"],
    [["x", "=ls"], "x '=ls'"],
  ])("writes %j as %s", (words, line) => {
    expect(shellCommand(words)).toBe(line);
  });

  it("a shell reads the same words from it, whatever they are", () => {
    const line = shellCommand(["printf", "%s\\n", ...hostile]);
    const printed = execFileSync("sh", ["-c", line ?? ""], { encoding: "utf8" });
    expect(printed).toBe(hostile.map((word) => `${word}\n`).join(""));
  });

  it.each([
    ["a line feed", "a\nid"],
    ["a carriage return", "a\rid"],
    ["an escape", "a\u001b[2J"],
    ["a tab", "a\tb"],
    ["a null", "a\0b"],
    ["a direction mark", "a\u202eb"],
    ["a zero-width space", "a\u200bb"],
    ["a line separator", "a\u2028b"],
    ["a lone surrogate", "a\ud800"],
  ])("is not offered with %s in it", (_what, word) => {
    expect(shellCommand(["pulse-ingest", "explain", word])).toBeNull();
  });
});
