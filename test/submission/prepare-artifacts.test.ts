import { describe, expect, it } from "@jest/globals";
import {
  type PreparedArtifacts,
  prepareArtifacts as prepare,
} from "../../src/submission/prepare-artifacts.ts";
import { limits } from "../examples.ts";

function prepareArtifacts(submitted: readonly unknown[], jobLimits = limits.jobLimits): PreparedArtifacts {
  return prepare(submitted, jobLimits, GUID);
}

const GUID = "g/0";
const artifact = (name: string, blob: unknown, type = "json") => ({ name, type, blob });
const detailsOf = (blob: unknown): unknown => {
  const [made] = prepareArtifacts([artifact("Job Info", blob)]).artifacts;
  return JSON.parse(made?.blob ?? "null").job_details;
};
const refusedOf = (...submitted: readonly unknown[]) => prepareArtifacts(submitted).refused;
const characters = (count: number) => "😀".repeat(count);

describe("a blob", () => {
  const table: readonly (readonly [title: string, blob: unknown, type: string, stored: string])[] = [
    ["is serialised", { a: [1, null] }, "json", '{"a":[1,null]}'],
    ["is serialised, whatever case its type is in", [1], "JSON", "[1]"],
    ["that is text is already serialised", '{"a": 1}', "json", '{"a": 1}'],
    ["may be text that is not JSON", "plain", "json", "plain"],
    ["may be null, false, zero or empty", null, "json", "null"],
    ["of another type is unchanged text", "plain", "text", "plain"],
  ];
  for (const [title, blob, type, stored] of table) {
    it(title, () => {
      expect(prepareArtifacts([artifact("a", blob, type)])).toEqual({
        artifacts: [{ name: "a", type, blob: stored }],
        refused: [],
      });
    });
  }
});

it("the first artifact of a name is kept, and a second one is ignored without a fault", () => {
  expect(prepareArtifacts([artifact("a", 1), artifact("b", 2), artifact("a", 3)])).toEqual({
    artifacts: [artifact("a", "1"), artifact("b", "2")],
    refused: [],
  });
});

describe("an artifact that cannot be used is refused by itself, and the others are kept:", () => {
  const table: readonly (readonly [title: string, submitted: unknown, reason: string])[] = [
    ["a value that is not an object", 5, "is not an object"],
    ["null", null, "is not an object"],
    ["a list", [artifact("a", 1)], "is not an object"],
    ["no name", { type: "json", blob: 1 }, "has no name"],
    ["a name that is not a text", { name: 5, type: "json", blob: 1 }, "has no name"],
    ["no type", { name: "a", blob: 1 }, '"a" has no type'],
    ["no blob", { name: "a", type: "json" }, '"a" has no blob'],
    [
      "a name of 51 characters",
      artifact(characters(51), 1),
      "name and type must not be longer than 50 characters",
    ],
    [
      "a type of 51 characters",
      artifact("a", 1, characters(51)),
      "name and type must not be longer than 50 characters",
    ],
    ["another job's guid", { ...artifact("a", 1), job_guid: "g/1" }, '"a" names another job in its job_guid'],
    [
      "a guid that is a number",
      { ...artifact("a", 1), job_guid: 5 },
      '"a" names another job in its job_guid',
    ],
    [
      "a name only in its __proto__",
      JSON.parse('{"__proto__":{"name":"a","type":"b","blob":"c"}}'),
      "has no name",
    ],
  ];
  for (const [title, submitted, reason] of table) {
    it(title, () => {
      const { artifacts, refused } = prepareArtifacts([
        artifact("before", 1),
        submitted,
        artifact("after", 2),
      ]);
      expect(artifacts.map(({ name }) => name)).toEqual(["before", "after"]);
      expect(refused).toEqual([{ what: "artifact 1", reason }]);
    });
  }

  it("the job's own guid is allowed, and so is no guid", () => {
    for (const job_guid of [GUID, "", null, undefined]) {
      expect(refusedOf({ ...artifact("a", 1), job_guid })).toEqual([]);
    }
  });

  it("fifty characters are allowed, also beyond the basic plane", () => {
    expect(refusedOf(artifact(characters(50), 1, characters(50)))).toEqual([]);
  });
});

describe("performance_data", () => {
  const fits = {
    framework: { name: "talos" },
    suites: [{ name: "s", subtests: [{ name: "t", value: 1.5 }] }],
  };
  const misses = { framework: { name: "talos" } };

  it("is kept unchanged if it fits its schema, as one item or as a list", () => {
    for (const performance_data of [fits, [fits, fits]]) {
      const submitted = artifact("performance_data", { performance_data, more: 1 });
      expect(prepareArtifacts([submitted])).toEqual({
        artifacts: [{ ...submitted, blob: JSON.stringify(submitted.blob) }],
        refused: [],
      });
    }
  });

  it("loses the items that do not fit, and is left out if none fits; each lost item is refused", () => {
    const { artifacts, refused } = prepareArtifacts([
      artifact("performance_data", { performance_data: [fits, misses] }),
    ]);
    expect(artifacts).toMatchObject([{ blob: JSON.stringify({ performance_data: [fits] }) }]);
    expect(refused).toMatchObject([{ what: "performance data 2" }]);
    for (const blob of [{ performance_data: misses }, {}, null, "no JSON"]) {
      expect(prepareArtifacts([artifact("performance_data", blob)])).toMatchObject({
        artifacts: [],
        refused: [{}],
      });
    }
  });
});

describe("Job Info", () => {
  it("keeps title, value, URL and content type of each detail, and null if there is no title or URL", () => {
    const whole = { title: "t", value: "v", url: "u", content_type: "link", more: 1 };
    expect(
      detailsOf({ job_details: [whole, { value: "" }, { value: "v", title: 5, url: [], content_type: 1 }] }),
    ).toEqual([
      { title: "t", value: "v", url: "u", content_type: "link" },
      { title: null, value: "", url: null },
      { title: null, value: "v", url: null },
    ]);
  });

  it("may be sent as text", () => {
    expect(detailsOf('{"job_details":[{"value":"v"}]}')).toEqual([{ title: null, value: "v", url: null }]);
  });

  it("loses only the detail whose value is a number such as NaN, as Python writes it", () => {
    const text = '{"job_details":[{"value":"v","title":NaN},{"value":-Infinity}],"more":NaN}';
    expect(detailsOf(text)).toEqual([{ title: null, value: "v", url: null }]);
    expect(refusedOf(artifact("Job Info", text))).toEqual([
      { what: "job detail 1", reason: "has no text as its value" },
    ]);
  });

  it("has title, value and URL cut to 512 characters each", () => {
    const long = characters(600);
    const cut = characters(512);
    expect(detailsOf({ job_details: [{ title: long, value: long, url: long }] })).toEqual([
      { title: cut, value: cut, url: cut },
    ]);
  });

  it("leaves out and refuses a detail whose value is not a text", () => {
    const job_details = [{ title: "t" }, { value: 5 }, null, "v", ["v"], { value: "kept" }];
    expect(detailsOf({ job_details })).toEqual([{ title: null, value: "kept", url: null }]);
    expect(refusedOf(artifact("Job Info", { job_details })).map(({ what }) => what)).toEqual(
      [0, 1, 2, 3, 4].map((index) => `job detail ${index}`),
    );
  });

  for (const blob of [{}, [], "no JSON", "5", null, { job_details: {} }]) {
    it(`has no details in ${JSON.stringify(blob)}, and a refusal says so`, () => {
      expect(detailsOf(blob)).toEqual([]);
      expect(refusedOf(artifact("Job Info", blob))).toEqual([
        { what: "Job Info", reason: "has no list of job_details" },
      ]);
    });
  }

  it("may be sent more than once, and all are kept", () => {
    const two = ["a", "b"].map((value) => artifact("Job Info", { job_details: [{ value }] }));
    expect(prepareArtifacts(two).artifacts).toHaveLength(2);
  });
});

describe("a text that has to be parsed", () => {
  const few = { ...limits.jobLimits, objects: 100, depth: 70 };
  const objects = (count: number) => `[${Array(count).fill("{}").join(",")}]`;
  const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  const texts: readonly (readonly [name: string, text: (inner: string) => string])[] = [
    ["Job Info", (inner) => `{"job_details":[{"value":"v"}],"more":${inner}}`],
    ["performance_data", (inner) => `{"performance_data":{},"more":${inner}}`],
    ["text_log_summary", (inner) => `{"logname":"l","more":${inner}}`],
  ];
  const reasonsOf = (...submitted: readonly unknown[]) =>
    prepareArtifacts(submitted, few).refused.map(({ reason }) => reason);

  for (const [name, text] of texts) {
    it(`is refused in ${name} if it contains too many objects or is nested too deep`, () => {
      expect(reasonsOf(artifact(name, text(objects(101))))).toEqual([
        `the text of "${name}", together with the texts before it, holds more than 100 JSON objects and lists (MAX_OBJECTS_PER_MESSAGE)`,
      ]);
      expect(reasonsOf(artifact(name, text(nested(70))))).toEqual([
        `the text of "${name}" is nested deeper than 70 levels (MAX_DEPTH)`,
      ]);
      const most = prepareArtifacts([artifact(name, text(objects(95)))], few);
      expect(most.refused.filter(({ reason }) => reason.includes("MAX_"))).toEqual([]);
    });

    it(`may contain any brackets in the strings of ${name}`, () => {
      const inner = JSON.stringify("[{".repeat(1000));
      const { refused } = prepareArtifacts([artifact(name, text(inner))], few);
      expect(refused.filter(({ reason }) => reason.includes("MAX_"))).toEqual([]);
    });
  }

  it("shares its limit with the job's other texts", () => {
    const info = artifact("Job Info", `{"job_details":[{"value":"v"}],"more":${objects(55)}}`);
    expect(reasonsOf(info)).toEqual([]);
    expect(reasonsOf(info, info)).toHaveLength(1);
  });

  it("may contain any number of objects in an artifact that is stored unchanged", () => {
    for (const name of ["a", "text_log_summary"]) {
      const blob = objects(1000);
      expect(prepareArtifacts([artifact(name, blob)], few)).toEqual({
        artifacts: [{ name, type: "json", blob }],
        refused: [],
      });
    }
  });
});
