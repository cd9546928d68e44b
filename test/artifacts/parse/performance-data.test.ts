import { describe, expect, it } from "@jest/globals";
import { normaliseJson } from "../../../src/artifacts/parse/performance-data.ts";
import { summaryOf } from "./read-text.ts";

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

  it("comes once for each line, in their order, and one without JSON is counted", async () => {
    const log = 'PERFHERDER_DATA: {"a": 1}\nPERFHERDER_DATA: {bad}\n\nPERFHERDER_DATA: {"a": 1}';
    const { performance_items, unreadable_performance_lines } = await summaryOf(log);
    expect(performance_items).toEqual(['{"a":1}', '{"a":1}']);
    expect(unreadable_performance_lines).toBe(1);
  });

  it("keeps its numbers as they were written", async () => {
    const item = '{"id":1724442618569203714,"values":[1.10,1.0,-0,1e400,2E5]}';
    const { performance_items } = await summaryOf(`PERFHERDER_DATA: ${item}\n`);
    expect(performance_items).toEqual([item]);
  });

  it("is not nested without end", () => {
    expect(normaliseJson(deep(64))).toBe(deep(64));
    expect(normaliseJson(deep(65))).toBeNull();
    expect(normaliseJson("[".repeat(100_000))).toBeNull();
  });
});
