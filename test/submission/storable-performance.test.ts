import { describe, expect, it } from "@jest/globals";
import { MAX_ITEMS, storablePerformance } from "../../src/submission/storable-performance.ts";

const subtest = { name: "s", value: 1 };
const suite = { name: "x", subtests: [subtest] };
const item = { framework: { name: "talos" }, suites: [suite] };

function isStored(data: unknown): boolean {
  const blob = JSON.stringify({ logurl: "?", performance_data: data });
  return storablePerformance({ name: "performance_data", type: "json", blob }).artifact !== null;
}

describe("performance data is stored", () => {
  it.each<[string, unknown]>([
    ["that has everything it needs", item],
    ["without a suite", { ...item, suites: [] }],
    ["without a subtest", { ...item, suites: [{ ...suite, subtests: [] }] }],
    ["with unknown members", { ...item, x: 1, framework: { name: "t", x: 1 }, suites: [{ ...suite, x: 1 }] }],
    [
      "with every optional member",
      {
        ...item,
        suites: [
          {
            ...{ ...suite, value: 1.5, extraOptions: ["a", "b"], lowerIsBetter: true, shouldAlert: false },
            ...{ alertThreshold: 2, minBackWindow: 3, maxBackWindow: 4, foreWindow: 5 },
            subtests: [
              { ...subtest, lowerIsBetter: true, shouldAlert: true, alertThreshold: 0, foreWindow: 1 },
            ],
          },
        ],
      },
    ],
  ])("%s", (_case, data) => {
    expect([isStored([data]), isStored(data)]).toEqual([true, true]);
  });
});

describe("performance data is not stored", () => {
  it.each<[string, unknown]>([
    ["that is not an object", 5],
    ["without framework", { suites: [] }],
    ["with a framework that is a name", { ...item, framework: "talos" }],
    ["without the framework's name", { ...item, framework: {} }],
    ["without suites", { framework: { name: "t" } }],
    ["with suites that are not a list", { ...item, suites: {} }],
    ["with a suite without name", { ...item, suites: [{ subtests: [] }] }],
    ["with a suite without subtests", { ...item, suites: [{ name: "x" }] }],
    ["with a suite's value that is text", { ...item, suites: [{ ...suite, value: "1" }] }],
    ["with options that repeat", { ...item, suites: [{ ...suite, extraOptions: ["a", "a"] }] }],
    ["with options that are not texts", { ...item, suites: [{ ...suite, extraOptions: [1] }] }],
    ["with lowerIsBetter that is a number", { ...item, suites: [{ ...suite, lowerIsBetter: 1 }] }],
    ["with shouldAlert that is text", { ...item, suites: [{ ...suite, shouldAlert: "yes" }] }],
    ...["alertThreshold", "minBackWindow", "maxBackWindow", "foreWindow"].map((name): [string, unknown] => [
      `with ${name} that is text`,
      { ...item, suites: [{ ...suite, [name]: "1" }] },
    ]),
    ["with a subtest without name", { ...item, suites: [{ ...suite, subtests: [{ value: 1 }] }] }],
    ["with a subtest without value", { ...item, suites: [{ ...suite, subtests: [{ name: "s" }] }] }],
    [
      "with a subtest's value that was NaN",
      { ...item, suites: [{ ...suite, subtests: [{ name: "s", value: null }] }] },
    ],
  ])("%s, but valid items beside it are kept", (_case, bad) => {
    expect([isStored([bad]), isStored(bad), isStored([bad, item])]).toEqual([false, false, true]);
  });
});

describe("performance data in a text with NaN or Infinity, as Python writes it", () => {
  const good =
    '{"framework":{"name":"talos"},"suites":[{"name":"x","subtests":[{"name":"s","value":1.10}]}]}';
  const nan = good.replace(
    "[{",
    '[{"name":"n","subtests":[{"name":"a","value":NaN},{"name":"b","value":2.50}]},{',
  );
  const kept = nan.replace('{"name":"a","value":NaN},', "");
  const stored = (data: string) =>
    storablePerformance({ name: "performance_data", type: "json", blob: `{"performance_data":${data}}` });

  it.each([
    ["in a list", `[${good},${nan}]`, `[${good},${kept}]`, "/performance_data/1/suites/0/subtests/0/value"],
    ["as a single item", nan, kept, "/performance_data/suites/0/subtests/0/value"],
  ])("%s loses only the parts that need them", (_how, data, expected, pointer) => {
    expect(stored(data)).toEqual({
      artifact: expect.objectContaining({ blob: `{"performance_data":${expected}}` }),
      refused: [
        {
          what: 'artifact "performance_data"',
          reason: `${pointer} is NaN: it is left out with the suite or subtest that needs it`,
        },
      ],
    });
  });

  it("loses an item that is only such a number, and says how many such numbers are not listed", () => {
    const { artifact, refused } = stored(
      `[-Infinity,${good.replace("1.10", `1.10,"replicates":[${"NaN,".repeat(9)}0]`)}]`,
    );
    expect(artifact?.blob).toContain(`"replicates":[${"null,".repeat(9)}0]`);
    expect(refused.map(({ reason }) => reason)).toEqual([
      "/performance_data/0 is -Infinity: it becomes null",
      ...[0, 1, 2, 3].map(
        (n) => `/performance_data/1/suites/0/subtests/0/replicates/${n} is NaN: it becomes null`,
      ),
      "more values that are NaN or Infinity: 5",
      "it must be object",
    ]);
  });

  it("is read quickly, whatever its names are, and not at all if it is not such a text", () => {
    const name = "x~/\\u0061".repeat(14_000);
    const texts = [`[{"${name}":[${"NaN,".repeat(190)}0]}]`, "x".repeat(10_000_000)];
    for (const [at, text] of texts.entries()) {
      const { user, system } = process.cpuUsage();
      expect(stored(text).artifact).toBeNull();
      const spent = process.cpuUsage();
      // Otherwise, each text takes over 300 ms.
      expect([at, (spent.user + spent.system - user - system) / 1e3 < 200]).toEqual([at, true]);
    }
  });

  it("is refused as a whole if it has more of them than can be read quickly", () => {
    const long = good.replace('"x"', `"${"x".repeat(128 * 1024)}"`);
    for (const data of [`[${"NaN,".repeat(200)}NaN]`, `[NaN,${long}]`]) {
      expect(stored(data)).toEqual({
        artifact: null,
        refused: [
          { what: 'artifact "performance_data"', reason: expect.stringMatching(/^is not JSON: with NaN/) },
        ],
      });
    }
  });
});

describe("performance data of more than 1,000 items", () => {
  const artifactOf = (items: readonly string[]) => ({
    name: "performance_data",
    type: "json",
    blob: `{"more":1.10,"performance_data":[${items.join(",")}]}`,
  });
  const itemText = '{"framework":{"name":"talos"},"suites":[],"build":1724442618569203714}';
  const repeated = (count: number, item: string) => Array.from({ length: count }, () => item);

  it("keeps the first 1,000 with their numbers as they were written, and says how many are left out", () => {
    expect(storablePerformance(artifactOf(repeated(MAX_ITEMS + 2, itemText)))).toEqual({
      artifact: artifactOf(repeated(1000, itemText)),
      refused: [
        {
          what: "performance data beyond the first 1000",
          reason: "2 left out: a job may have 1000 items of performance data",
        },
      ],
    });
  });

  it("is stored whole if it has exactly 1,000", () => {
    const artifact = artifactOf(repeated(1000, itemText));
    expect(storablePerformance(artifact)).toEqual({ artifact, refused: [] });
  });

  it("has its refusals name the limit first, then the invalid items among the first 1,000", () => {
    const { artifact, refused } = storablePerformance(artifactOf(["0", ...repeated(1000, itemText)]));
    expect(artifact).toEqual(artifactOf(repeated(999, itemText)));
    expect(refused).toMatchObject([
      { what: "performance data beyond the first 1000", reason: expect.stringMatching(/^1 left out/) },
      { what: "performance data 1" },
    ]);
  });

  it("does not check the items beyond the limit", () => {
    const { artifact, refused } = storablePerformance(artifactOf(repeated(300_000, "0")));
    expect([artifact, refused.length]).toEqual([null, 1001]);
    expect(refused[0]?.reason).toMatch(/^299000 left out/);
  });
});

it("data with an invalid item and very many numbers whose text must be kept is refused as a whole; without such an item it is stored", () => {
  const many = `[${Array(10_001).fill("1.10").join(",")}]`;
  const blob = (items: string) => `{"performance_data":[${items}],"extra":${many}}`;
  const of = (items: string) => ({ name: "performance_data", type: "json", blob: blob(items) });
  const valid = JSON.stringify(item);
  expect(storablePerformance(of(valid))).toEqual({ artifact: of(valid), refused: [] });
  expect(storablePerformance(of(`${valid},5`))).toMatchObject({
    artifact: null,
    refused: [
      { what: 'artifact "performance_data"', reason: expect.stringContaining("more than 10000 numbers") },
    ],
  });
});
