import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { LineMarks, markBefore } from "../../../src/logs/cache/line-marks.ts";
import { readLogLines, type SliceLimits } from "../../../src/logs/cache/read-log-lines.ts";

const MIB = 1024 * 1024;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "log-lines-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function marksOf(text: string | Buffer, pieceBytes = 64 * 1024): LineMarks {
  const marks = new LineMarks(1e9);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) marks.add(bytes.subarray(at, at + pieceBytes));
  return marks;
}

const limits: SliceLimits = { lines: 100, bytes: MIB, lineBytes: 10 };
/** Returns the lines as `[number, text, bytes]`. */
async function read(text: string | Buffer, from: number, to: number, changes: Partial<SliceLimits> = {}) {
  const path = join(folder, "text");
  writeFileSync(path, text);
  const file = await open(path);
  try {
    const lines = await readLogLines(file, marksOf(text).marks, { from, to }, { ...limits, ...changes });
    return lines?.map(({ index, text, bytes }) => [index, text, bytes]) ?? null;
  } finally {
    await file.close();
  }
}

describe("marks of lines", () => {
  it.each([
    ["an empty text", "", 0],
    ["one line without an end", "a", 1],
    ["one line", "a\n", 1],
    ["two lines, the second without an end", "a\nb", 2],
    ["blank lines", "\n\n\n", 3],
    ["a carriage return, which is not a line end", "a\rb\r\n", 1],
  ])("give the number of lines of %s", (_name, text, lines) => {
    for (const pieceBytes of [1, 2, 1000]) expect(marksOf(text, pieceBytes).lines).toBe(lines);
  });

  it("are set at each thousandth line, and after 256 KiB", () => {
    const text = `${"a\n".repeat(2500)}${"x".repeat(MIB)}\nb\n${"y".repeat(MIB)}\n`;
    const { marks } = marksOf(text);
    expect(marks.lines).toEqual([0, 1000, 2000, 2501, 2503]);
    expect(marks.offsets).toEqual([0, 2000, 4000, 5000 + MIB + 1, 5000 + 2 * MIB + 4]);
    expect([0, 999, 1000, 2500, 2501, 2502, 9999].map((line) => markBefore(marks, line))).toEqual([
      0, 0, 1, 2, 3, 3, 4,
    ]);
  });
});

describe("a slice", () => {
  it("contains only its lines", async () => {
    expect(await read("a\nb\nc\nd\n", 1, 3)).toEqual([
      [1, "b\n", 2],
      [2, "c\n", 2],
    ]);
    expect(await read("a\nb", 1, 9)).toEqual([[1, "b", 1]]);
    expect(await read("a\nb\n", 2, 9)).toEqual([]);
    expect(await read("", 0, 9)).toEqual([]);
  });

  it("has long lines cut, between two characters, with their length", async () => {
    expect(await read("0123456789\n0123456789a\nshort", 0, 9)).toEqual([
      [0, "0123456789", 11],
      [1, "0123456789", 12],
      [2, "short", 5],
    ]);
    expect(await read("12345678é\n123456789é\n1234567🎉\n", 0, 9)).toEqual([
      [0, "12345678é", 11],
      [1, "123456789", 12],
      [2, "1234567", 12],
    ]);
  });

  it("skips very long lines without reading them", async () => {
    const long = "x".repeat(5 * MIB);
    const text = `a\n${long}\nb\n${long}\n${long}\nc`;
    expect(await read(text, 0, 9)).toEqual([
      [0, "a\n", 2],
      [1, "x".repeat(10), 5 * MIB + 1],
      [2, "b\n", 2],
      [3, "x".repeat(10), 5 * MIB + 1],
      [4, "x".repeat(10), 5 * MIB + 1],
      [5, "c", 1],
    ]);
    expect(await read(text, 4, 5)).toEqual([[4, "x".repeat(10), 5 * MIB + 1]]);
  });

  it("that is too long is refused", async () => {
    expect(await read("a\n".repeat(1000), 0, 1000)).toBeNull();
    expect(await read("x".repeat(200), 0, 1, { bytes: 100, lineBytes: 1000 })).toBeNull();
  });
});
