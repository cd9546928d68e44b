import { describe, expect, it } from "@jest/globals";
import { readPerformanceItem } from "../../src/submission/performance-item.ts";
import { storablePerformance } from "../../src/submission/storable-performance.ts";

const good = '{"name": "b", "value": 3.25}';
const suite = (members: string): string => `{"framework": {"name": "talos"}, "suites": [${members}]}`;
const suiteOf = (subtests: string): string => suite(`{"name": "s", "value": 7, "subtests": [${subtests}]}`);

describe("with NaN and Infinity, only the parts that need them are left out", () => {
  it.each<[string, item: string, kept: string, note: string]>([
    [
      "a subtest's value: the subtest",
      suiteOf(`{"name": "a", "value": NaN}, ${good}`),
      suiteOf(` ${good}`),
      "/suites/0/subtests/0/value is NaN: it is left out with the suite or subtest that needs it",
    ],
    [
      "the last subtest's value",
      suiteOf(`${good} , {"name": "a", "value": -Infinity}`),
      suiteOf(`${good} `),
      "/suites/0/subtests/1/value is -Infinity: it is left out with the suite or subtest that needs it",
    ],
    [
      "the only subtest's value: its suite stays",
      suiteOf('{"name": "a", "value": Infinity}'),
      suiteOf(""),
      "/suites/0/subtests/0/value is Infinity: it is left out with the suite or subtest that needs it",
    ],
    [
      "a suite's value: the member",
      suite(`{"name": "s", "value": NaN, "subtests": [${good}]}`),
      suite(`{"name": "s",  "subtests": [${good}]}`),
      "/suites/0/value is NaN: it is left out",
    ],
    [
      "a suite's value at its end",
      suite(`{"name": "s", "subtests": [${good}], "value": NaN}`),
      suite(`{"name": "s", "subtests": [${good}]}`),
      "/suites/0/value is NaN: it is left out",
    ],
    [
      "a suite's name: the suite",
      suite(`{"name": NaN, "subtests": [${good}]}, {"name": "t", "subtests": []}`),
      suite(' {"name": "t", "subtests": []}'),
      "/suites/0/name is NaN: it is left out with the suite or subtest that needs it",
    ],
    [
      "an optional number of a subtest",
      suiteOf('{"name": "a", "alertThreshold": Infinity, "value": 1}'),
      suiteOf('{"name": "a",  "value": 1}'),
      "/suites/0/subtests/0/alertThreshold is Infinity: it is left out",
    ],
    [
      "something that should be a subtest, or a suite",
      suite(`NaN, {"name": "s", "subtests": [NaN, ${good}]}`),
      suite(` {"name": "s", "subtests": [ ${good}]}`),
      "/suites/0 is NaN: it is left out",
    ],
    [
      "one of a suite's options",
      suite('{"name": "s", "extraOptions": ["x", NaN], "subtests": []}'),
      suite('{"name": "s", "extraOptions": ["x"], "subtests": []}'),
      "/suites/0/extraOptions/1 is NaN: it is left out",
    ],
    [
      "replicates: they become null, so that the others keep their positions",
      suiteOf('{"name": "a", "value": 1, "replicates": [1, NaN, 9007199254740993]}'),
      suiteOf('{"name": "a", "value": 1, "replicates": [1, null, 9007199254740993]}'),
      "/suites/0/subtests/0/replicates/1 is NaN: it becomes null",
    ],
    [
      "a member that the schema does not know",
      `{"x~/\\u0061\\n": {"y": NaN}, ${suiteOf(good).slice(1)}`,
      `{"x~/\\u0061\\n": {"y": null}, ${suiteOf(good).slice(1)}`,
      "/x~0~1a\\n/y is NaN: it becomes null",
    ],
  ])("%s", (_case, item, kept, note) => {
    const read = readPerformanceItem(item, false);
    expect(read).toMatchObject({ ok: true, text: kept });
    expect(read.ok && read.notes[0]).toBe(note);
    const blob = `{"logurl": "?", "performance_data": [${read.ok ? read.text : ""}]}`;
    expect(storablePerformance({ name: "performance_data", type: "json", blob }).refused).toEqual([]);
  });

  it("at any place in a list", () => {
    for (let odd = 0; odd < 2 ** 5; odd++) {
      const names = ["a", "b", "c", "d", "e"];
      const isOdd = (nth: number): boolean => ((odd >> nth) & 1) === 1;
      const subtests = names.map((name, nth) => `{"name":"${name}","value":${isOdd(nth) ? "NaN" : nth}}`);
      const read = readPerformanceItem(suiteOf(subtests.join(",")), false);
      const kept = subtests.filter((_, nth) => !isOdd(nth)).join(",");
      expect(read).toMatchObject({ ok: true, text: suiteOf(kept) });
    }
  });

  it("several in a part that is left out", () => {
    const item = suite(
      `{"name": NaN, "value": NaN, "subtests": [{"name": NaN, "value": NaN}, {"name": NaN}]}, {"name": "t", "subtests": []}`,
    );
    expect(readPerformanceItem(item, false)).toMatchObject({
      ok: true,
      text: suite(' {"name": "t", "subtests": []}'),
      oddValues: 5,
    });
  });
});

describe("a huge number is a number", () => {
  it.each(["1e400", "-1e400", "123456789012345678901234567890"])("%s", (number) => {
    const item = suiteOf(`{"name": "a", "value": ${number}}`);
    expect(readPerformanceItem(item, false)).toMatchObject({ ok: true, text: item, notes: [] });
    const blob = `{"logurl": "?", "performance_data": [${item}]}`;
    const artifact = { name: "performance_data", type: "json", blob };
    expect(storablePerformance(artifact)).toEqual({ artifact, refused: [] });
  });
});

describe("an item that is not JSON", () => {
  it.each([
    '{"a": nan}',
    '{"a": NaNs}',
    '{"a": -NaN}',
    '{"a": +Infinity}',
    '{"a": "x}',
    '{"a": [NaN,]}',
    '{"a": NaN,}',
    suiteOf(`{"name": "a", "value": NaN,}, ${good}`),
    suiteOf(`{"name": "a" "value": NaN}, ${good}`),
    suiteOf(`{"name": "a", "value": NaN}, ${good},`),
    "{NaN: 1}",
    '{"a": NaN}}',
    '{"\\x": NaN}',
    "{]",
  ])("%s is refused, even where a part with NaN would be left out", (item) => {
    expect(readPerformanceItem(item, false)).toEqual({ ok: false, reason: "no-json" });
  });
});
