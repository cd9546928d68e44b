import { describe, expect, it } from "@jest/globals";
import { jobInfoEntries } from "../../../src/queries/job/job-info.ts";
import { performanceRows } from "../../../src/queries/job/performance-rows.ts";

const json = (name: string, value: unknown) => ({ name, type: "json", blob: JSON.stringify(value) });
const infoOf = (details: unknown) => jobInfoEntries(json("Job Info", { job_details: details }), null);
const entriesOf = (details: unknown) => infoOf(details).entries;

describe("a job detail", () => {
  it.each([
    [{ title: "t", value: "v", content_type: "text" }, "text"],
    [{ title: "t", value: "v" }, "text"],
    [{ title: "t", value: "v", content_type: "object" }, "text"],
    [{ title: "t", value: "v", content_type: "raw_html" }, "raw_html"],
    [{ title: "t", value: "v", content_type: "link", url: "http://h/" }, "link"],
    [{ title: "t", value: "v", content_type: "link" }, "text"],
    [{ title: "t", value: "v", content_type: "link", url: "" }, "text"],
    [{ title: "t", value: "v", content_type: 7, url: "http://h/" }, "text"],
  ])("%j is shown as %s", (detail, kind) => {
    expect(entriesOf([detail])).toMatchObject([{ kind, title: "t", value: "v" }]);
  });

  it("is sorted by its title, by code points, and details without a title come first", () => {
    const entries = entriesOf(["b", "a", null, "B", ""].map((title) => ({ title, value: "v" })));
    expect(entries.map(({ title }) => title)).toEqual([null, "", "B", "a", "b"]);
  });

  it("includes the builder", () => {
    const builder = json("buildapi", { buildername: "Linux debug build" });
    expect(jobInfoEntries(null, builder).entries).toEqual([
      { kind: "text", title: "Buildername", value: "Linux debug build", url: null },
    ]);
  });

  it.each([null, 7, {}, [null, 3, { value: 4 }]])("in a list that is %j does no harm", (details) => {
    expect(entriesOf(details)).toEqual([]);
  });

  it.each([
    [1000, false],
    [1001, true],
    [3000, true],
  ])("of %i: the first thousand are shown, and that there are more: %s", (count, isCut) => {
    const info = infoOf(Array.from({ length: count }, (_, index) => ({ value: String(index) })));
    expect([info.entries.length, info.isCut]).toEqual([1000, isCut]);
  });
});

describe("performance data", () => {
  const item = (name: string) => ({
    framework: { name: "talos" },
    suites: [{ name, value: 12.5, unit: "ms", subtests: [{ name: "sub", value: 3 }] }],
  });
  const rows = [
    { framework: "talos", suite: "tp5", subtest: null, value: 12.5, unit: "ms" },
    { framework: "talos", suite: "tp5", subtest: "sub", value: 3, unit: "ms" },
  ];

  it.each([[[item("tp5")]], [item("tp5")]])("has a row for each value", (data) => {
    expect(performanceRows(json("performance_data", { performance_data: data }))).toEqual({
      rows,
      is_cut: false,
    });
  });

  it("with thousands of elements that give no row is not read to its end", () => {
    const suites = [...Array.from({ length: 6000 }, () => 0), { name: "late", value: 1 }];
    const data = json("performance_data", { performance_data: { framework: { name: "talos" }, suites } });
    expect(performanceRows(data)).toEqual({ rows: [], is_cut: true });
  });

  it("is cut, and says so", () => {
    const many = Array.from({ length: 400 }, () => item("tp5"));
    const { rows: shown, is_cut } = performanceRows(json("performance_data", { performance_data: many }));
    expect([shown.length, is_cut]).toEqual([500, true]);
  });

  it("of another form has no rows", () => {
    expect(
      performanceRows(json("performance_data", { performance_data: [{ suites: 3 }, null] })).rows,
    ).toEqual([]);
  });
});
