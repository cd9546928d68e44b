import { describe, expect, it } from "@jest/globals";
import { readPerformanceItem } from "../../../src/submission/performance-item.ts";
import { readText, summaryOf } from "./read-text.ts";

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

describe("a line with performance data", () => {
  it.each<[line: string, items: unknown[]]>([
    ["PERFHERDER_DATA: {}", [{}]],
    ["PERFHERDER_DATA:{}", []],
    ["PERFHERDER_DATA: []", []],
    ["PERFHERDER_DATA: 1", []],
    ["PERFHERDER_DATA {}", []],
    ["perfherder_data: {}", []],
    ['x PERFHERDER_DATA:   {"a": 1} junk', [{ a: 1 }]],
    ['PERFHERDER_DATA: {"a": 1} {"b": 2}', []],
    ["PERFHERDER_DATA: {} PERFHERDER_DATA: {}", []],
    ["PERFHERDER_DATA:x PERFHERDER_DATA: {}", [{}]],
    ["PERFHERDER_DATA:{} PERFHERDER_DATA: {}", [{}]],
    ['PERFHERDER_DATA:\t{"a":1}\r', [{ a: 1 }]],
    ["PERFHERDER_DATA: \v\f\r\t {}", [{}]],
    ["PERFHERDER_DATA:\xa0{}", []],
    ["PERFHERDER_DATA: }{", []],
    ["PERFHERDER_DATA: {", []],
    ["} PERFHERDER_DATA: {", []],
    [
      'PERFHERDER_DATA: {"a": NaN, "b": [Infinity, -Infinity], "c": "NaN"}',
      [{ a: null, b: [null, null], c: "NaN" }],
    ],
    ['PERFHERDER_DATA: {"a": nan}', []],
    ['PERFHERDER_DATA: {"a": "\\"NaN"}', [{ a: '"NaN' }]],
    ['PERFHERDER_DATA: {"a": "\xc3\xa4"}', [{ a: "ä" }]],
    [`PERFHERDER_DATA: {"a": "${"x".repeat(5000)}"}`, [{ a: "x".repeat(5000) }]],
    [`${"x".repeat(600)} PERFHERDER_DATA: {}`, [{}]],
  ])("%j", async (line, items) => {
    const { performance_items } = await summaryOf(`${line}\n`);
    expect(performance_items.map((item): unknown => JSON.parse(item))).toEqual(items);
  });

  it("is one item, in the order of the lines, and lines without JSON are counted", async () => {
    const log = 'PERFHERDER_DATA: {"a": 1}\nPERFHERDER_DATA: {bad}\n\nPERFHERDER_DATA: {"a": 1}';
    const { performance_items, performance_warnings } = await summaryOf(log);
    expect(performance_items).toEqual(['{"a": 1}', '{"a": 1}']);
    expect(performance_warnings).toEqual(["lines that announce performance data but hold no valid JSON: 1"]);
  });

  it("may be nested up to a limit", async () => {
    expect(readPerformanceItem(deep(64), false)).toMatchObject({ ok: true, text: deep(64) });
    expect(readPerformanceItem(deep(65), false)).toEqual({ ok: false, reason: "too-deep" });
    expect(readPerformanceItem("[".repeat(100_000), false)).toEqual({ ok: false, reason: "too-deep" });
    const { performance_warnings } = await summaryOf(`PERFHERDER_DATA: ${deep(65)}\n`);
    expect(performance_warnings).toEqual([
      "lines with performance data that is nested more than 64 levels deep: 1",
    ]);
  });

  it.each<[string, string, items: number]>([
    ["in its middle", `PERFHERDER_DATA: {"a": [${"1, ".repeat(500)}1]}\n`, 0],
    ["before any closing brace", `PERFHERDER_DATA: {"a": "${"x".repeat(2000)}"}\n`, 0],
    ["at a brace", `PERFHERDER_DATA: {"a": {}, "b": "${"x".repeat(2000)}"}\n`, 0],
    ["where only spaces follow", `PERFHERDER_DATA: {"a": 1}${" ".repeat(2000)}\n`, 1],
  ])("that is cut by the limit of a line %s causes a warning", async (_case, log, items) => {
    const result = await readText(log, { lineBytes: 1000 });
    if (!result.ok) throw new Error(JSON.stringify(result.fault));
    const { performance_items, performance_warnings } = result.summary;
    expect(performance_items).toHaveLength(items);
    expect(performance_warnings).toEqual(
      items > 0 ? [] : ["lines with performance data that are longer than LOG_MAX_LINE_BYTES: 1"],
    );
  });

  it.each([
    '{"a": 9007199254740993, "b": 1e400, "c": -0, "d": 1.0, "e": 0.1000000000000000055511151231257827}',
    '{"a": 12345678901234567890123456789012345678901234567890, "__proto__": {"b": 1}, "b": "\\u2028"}',
    '{ "a" : [ 1 , 2 ] }',
  ])("keeps its text: %s", async (item) => {
    const { performance_items } = await summaryOf(`PERFHERDER_DATA: ${item}\n`);
    expect(performance_items).toEqual([item]);
  });

  it("causes warnings about the first few unusual numbers, and a count of the others", async () => {
    const item = (values: number): string => `PERFHERDER_DATA: {"a": [${"NaN,".repeat(values - 1)}NaN]}\n`;
    const { performance_warnings } = await summaryOf(item(2) + item(20));
    expect(performance_warnings).toEqual([
      "performance data 1: /a/0 is NaN: it becomes null",
      "performance data 1: /a/1 is NaN: it becomes null",
      "performance data 2: /a/0 is NaN: it becomes null",
      "performance data 2: /a/1 is NaN: it becomes null",
      "performance data 2: /a/2 is NaN: it becomes null",
      "more values that are NaN or Infinity: 17",
    ]);
  });
});
