import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { Artifact } from "../../client/src/artifact-data.ts";
import { TreeherderClientError, ValidationError } from "../../client/src/client-errors.ts";
import { clientVersion } from "../../client/src/client-version.ts";
import { ArtifactCollection, JobCollection, ResultSetCollection } from "../../client/src/collections.ts";
import type { DataObject } from "../../client/src/data-object.ts";
import { Job } from "../../client/src/job-data.ts";
import { ResultSet } from "../../client/src/result-set-data.ts";
import { Revision } from "../../client/src/revision-data.ts";

afterEach(() => {
  jest.restoreAllMocks();
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof TreeherderClientError) return error.message;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const aJob = () => ({ project: "try", revision: "a".repeat(40), job: { job_guid: "guid" } });
const aResultSet = () => ({
  push_timestamp: 1,
  revision: "a".repeat(12),
  revisions: [{ revision: "a", author: "x", repository: "try" }],
});

describe("the data of a new object", () => {
  const platform = { os_name: "", platform: "", architecture: "" };
  const names = [
    "job_guid",
    "name",
    "desc",
    "job_symbol",
    "group_name",
    "group_symbol",
    "product_name",
    "state",
    "result",
  ];
  const more = ["reason", "who", "submit_timestamp", "start_timestamp", "end_timestamp", "machine"];
  it.each<[string, DataObject<object>, object]>([
    [
      "job",
      new Job(),
      {
        revision: "",
        project: "",
        coalesced: [],
        job: {
          ...Object.fromEntries([...names, ...more].map((name) => [name, ""])),
          ...{ build_platform: platform, machine_platform: platform },
          ...{ option_collection: {}, log_references: [], artifacts: [] },
        },
      },
    ],
    [
      "result set",
      new ResultSet(),
      { push_timestamp: null, revision: "", author: "", revisions: [], type: "" },
    ],
    ["revision", new Revision(), { author: "", comment: "", repository: "", revision: "" }],
    ["artifact", new Artifact(), { blob: "", type: "", name: "", job_guid: null }],
  ])("of a %s has defaults", (_what, object, data) => {
    expect(object.data).toEqual(data);
    expect(JSON.parse(new JobCollection().add(new Job()).toJson())).toEqual([new Job().data]);
  });

  it("is a ready-made object itself, which is neither copied nor completed", () => {
    const data = aJob();
    const job = new Job(data).addJobName("x");
    expect(job.data).toBe(data);
    expect(data).toEqual({ ...aJob(), job: { job_guid: "guid", name: "x" } });
    expect(new JobCollection().getJob(data).data).toBe(data);
    // Arguments that JavaScript code may pass.
    expect(new Job({} as never).data).toEqual(new Job().data);
    expect(new Job({ revision: "x" } as never).addState("running").data.job).toEqual({
      job_guid: "",
      state: "running",
    });
  });
});

/** Each method under both of its names, with its effect on the data. */
describe("the methods", () => {
  type Row = readonly [camel: string, snake: string, args: readonly unknown[], effect: object];
  const url = "http://logs.test/a";
  const jobRows: readonly Row[] = [
    ["addRevision", "add_revision", ["abc"], { revision: "abc" }],
    ["addRevisionHash", "add_revision_hash", ["hash"], { revision_hash: "hash" }],
    ["addProject", "add_project", ["try"], { project: "try" }],
    ["addCoalescedGuid", "add_coalesced_guid", [["a", "b"]], { coalesced: ["a", "b"] }],
    ["addCoalescedGuid", "add_coalesced_guid", [[]], { coalesced: [] }],
    ["addJobGuid", "add_job_guid", ["guid"], { job: { job_guid: "guid" } }],
    ["addJobName", "add_job_name", ["n"], { job: { name: "n" } }],
    ["addJobSymbol", "add_job_symbol", ["n"], { job: { job_symbol: "n" } }],
    ["addGroupName", "add_group_name", ["n"], { job: { group_name: "n" } }],
    ["addGroupSymbol", "add_group_symbol", ["n"], { job: { group_symbol: "n" } }],
    ["addDescription", "add_description", ["n"], { job: { desc: "n" } }],
    ["addProductName", "add_product_name", ["n"], { job: { product_name: "n" } }],
    ["addState", "add_state", ["running"], { job: { state: "running" } }],
    ["addResult", "add_result", ["success"], { job: { result: "success" } }],
    ["addReason", "add_reason", ["n"], { job: { reason: "n" } }],
    ["addWho", "add_who", ["n"], { job: { who: "n" } }],
    ["addSubmitTimestamp", "add_submit_timestamp", [1], { job: { submit_timestamp: 1 } }],
    ["addStartTimestamp", "add_start_timestamp", ["2"], { job: { start_timestamp: "2" } }],
    ["addEndTimestamp", "add_end_timestamp", [3], { job: { end_timestamp: 3 } }],
    ["addMachine", "add_machine", ["n"], { job: { machine: "n" } }],
    ["addTier", "add_tier", [2], { job: { tier: 2 } }],
    [
      "addBuildInfo",
      "add_build_info",
      ["linux", "linux64", "x86_64"],
      { job: { build_platform: { os_name: "linux", platform: "linux64", architecture: "x86_64" } } },
    ],
    [
      "addMachineInfo",
      "add_machine_info",
      ["linux", "linux64", "x86_64"],
      { job: { machine_platform: { os_name: "linux", platform: "linux64", architecture: "x86_64" } } },
    ],
    [
      "addOptionCollection",
      "add_option_collection",
      [{ opt: true }],
      { job: { option_collection: { opt: true } } },
    ],
    ["addOptionCollection", "add_option_collection", [{}], { job: { option_collection: {} } }],
    [
      "addLogReference",
      "add_log_reference",
      ["buildbot_text", url],
      { job: { log_references: [{ url, name: "buildbot_text", parse_status: "pending" }] } },
    ],
    [
      "addLogReference",
      "add_log_reference",
      ["mine", url, "parsed"],
      { job: { log_references: [{ url, name: "mine", parse_status: "parsed" }] } },
    ],
    ["addLogReference", "add_log_reference", ["", url], { job: { log_references: [] } }],
    ["addLogReference", "add_log_reference", [undefined, url], { job: { log_references: [] } }],
    ["addLogReference", "add_log_reference", ["mine", null], { job: { log_references: [] } }],
    ["addLogReference", "add_log_reference", ["mine", ""], { job: { log_references: [] } }],
    [
      "addArtifact",
      "add_artifact",
      ["a", "json", { x: 1 }],
      { job: { artifacts: [{ name: "a", type: "json", blob: { x: 1 }, job_guid: "" }] } },
    ],
    ["addArtifact", "add_artifact", ["a", "json", {}], { job: { artifacts: [] } }],
  ];
  const revision = new Revision().addRevision("r").addAuthor("a").addRepository("try").addComment("c");
  const resultSetRows: readonly Row[] = [
    ["addPushTimestamp", "add_push_timestamp", [1.5], { push_timestamp: 1.5 }],
    ["addAuthor", "add_author", ["a"], { author: "a" }],
    ["addType", "add_type", ["push"], { type: "push" }],
    ["addRevision", "add_revision", ["top"], { revision: "top", revisions: [] }],
    ["addRevision", "add_revision", [revision], { revision: "", revisions: [revision.data] }],
    ["addRevisions", "add_revisions", [[revision, revision]], { revisions: [revision.data, revision.data] }],
    [
      "addArtifact",
      "add_artifact",
      ["a", "json", [1]],
      { artifacts: [{ name: "a", type: "json", blob: [1] }] },
    ],
  ];
  const revisionRows: readonly Row[] = [
    ["addAuthor", "add_author", ["a"], { author: "a" }],
    ["addComment", "add_comment", ["a"], { comment: "a" }],
    ["addRepository", "add_repository", ["a"], { repository: "a" }],
    ["addRevision", "add_revision", ["a"], { revision: "a" }],
  ];
  const artifactRows: readonly Row[] = [
    ["addBlob", "add_blob", [{ x: 1 }], { blob: { x: 1 } }],
    ["addType", "add_type", ["json"], { type: "json" }],
    ["addName", "add_name", ["n"], { name: "n" }],
    ["addJobGuid", "add_job_guid", ["g"], { job_guid: "g" }],
  ];
  const classes: readonly [() => object, readonly Row[]][] = [
    [() => new Job(), jobRows],
    [() => new ResultSet(), resultSetRows],
    [() => new Revision(), revisionRows],
    [() => new Artifact(), artifactRows],
  ];

  it.each(classes)("of %s set or extend their member, and return the object", (make, rows) => {
    const warn = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    for (const [camel, snake, args, effect] of rows) {
      for (const name of [camel, snake]) {
        const object = make();
        const method: unknown = Reflect.get(object, name);
        if (typeof method !== "function") throw new Error(`there is no ${name}`);
        expect(Reflect.apply(method, object, args)).toBe(object);
        expect({ name, ...object }).toMatchObject({ name, data: effect });
      }
    }
    // No method is left out.
    const all = Object.getOwnPropertyNames(Object.getPrototypeOf(make())).filter((name) =>
      name.startsWith("add"),
    );
    const names = [...rows.map(([camel]) => camel), ...rows.map(([, snake]) => snake)];
    expect([...new Set(names)].toSorted()).toEqual(all.toSorted());
    expect(warn.mock.calls.length).toBe(rows === jobRows ? 2 : 0);
  });

  it("extend existing guids, options, logs and artifacts", () => {
    const job = new Job().add_job_guid("g").addCoalescedGuid(["a"]).addCoalescedGuid(["b"]);
    job.addOptionCollection({ opt: true }).addOptionCollection({ pgo: true }).addArtifact("x", "json", "{}");
    expect(job.data).toMatchObject({
      coalesced: ["a", "b"],
      job: { option_collection: { opt: true, pgo: true }, artifacts: [{ job_guid: "g" }] },
    });
  });

  it("accept three words for the status of a log", () => {
    const work = () => new Job().addLogReference("mine", url, "done" as never);
    expect(messageOf(work)).toBe(
      "TreeherderJob: Invalid parse_status 'done': must be one of: pending, parsed, error",
    );
  });
});

describe("validate()", () => {
  const header = (name: string, property: string) =>
    `${name} structure validation errors detected for property:${property}\n`;
  const cases: readonly [string, DataObject<object>, string, string, readonly string[]][] = [
    [
      "a revision that is too long",
      new Job({ ...aJob(), revision: "a".repeat(41) }),
      "TreeherderJob",
      "revision",
      [`Value length exceeds maximum 40 char limit: ${"a".repeat(41)}`],
    ],
    [
      "no revision",
      new Job({ project: "try", job: { job_guid: "g" } }),
      "TreeherderJob",
      "revision",
      ["The required Property, revision, is missing", "Value not defined for revision"],
    ],
    [
      "a revision hash instead",
      new Job({ ...aJob(), revision: "", revision_hash: "x" }),
      "TreeherderJob",
      "revision",
      ["Value not defined for revision"],
    ],
    [
      "a number as revision",
      new Job({ ...aJob(), revision: 5 } as never),
      "TreeherderJob",
      "revision",
      ["The value type, number, should be string"],
    ],
    [
      "no project",
      new Job({ ...aJob(), project: "" }),
      "TreeherderJob",
      "project",
      ["Value not defined for project"],
    ],
    [
      "a list as job",
      new Job({ ...aJob(), job: [1] } as never),
      "TreeherderJob",
      "job",
      ["The value type, array, should be object"],
    ],
    [
      "no guid",
      new Job({ ...aJob(), job: { name: "x" } } as never),
      "TreeherderJob",
      "job.job_guid",
      ["The required Property, job_guid, is missing"],
    ],
    [
      "an empty guid",
      new Job({ ...aJob(), job: { job_guid: "" } }),
      "TreeherderJob",
      "job.job_guid",
      ["Value not defined for job_guid"],
    ],
    [
      "a guid that is too long",
      new Job({ ...aJob(), job: { job_guid: "g".repeat(51) } }),
      "TreeherderJob",
      "job.job_guid",
      [`Value length exceeds maximum 50 char limit: ${"g".repeat(51)}`],
    ],
    [
      "no revisions",
      new ResultSet({ ...aResultSet(), revisions: [] }),
      "TreeherderResultSet",
      "revisions",
      ["Value not defined for revisions"],
    ],
    [
      "an author that is too long",
      new ResultSet({ ...aResultSet(), author: "ä".repeat(151) }),
      "TreeherderResultSet",
      "author",
      [`Value length exceeds maximum 150 char limit: ${"ä".repeat(151)}`],
    ],
    [
      "no repository",
      new Revision({ revision: "a", author: "x", repository: "" }),
      "TreeherderRevision",
      "repository",
      ["Value not defined for repository"],
    ],
    [
      "an empty blob",
      new Artifact({ blob: {}, type: "json", name: "x", job_guid: "g" }),
      "TreeherderArtifact",
      "blob",
      ["Value not defined for blob"],
    ],
    [
      "no guid of an artifact",
      new Artifact().addBlob([1]).addType("json").addName("x"),
      "TreeherderArtifact",
      "job_guid",
      ["Value not defined for job_guid"],
    ],
  ];
  it.each(cases)("refuses %s", (_what, object, name, property, lines) => {
    const told = `${header(name, property)}${lines.map((line) => `\t${line}\n`).join("")}\n${JSON.stringify(object.data)}\n`;
    expect(messageOf(() => object.validate())).toBe(told);
    const [message] = lines;
    expect(object.faults()).toContainEqual({ pointer: `/${property.replace(".", "/")}`, message });
  });

  it("accepts a short revision, characters outside of the BMP up to the limit, and a push without an author", () => {
    new Job({ ...aJob(), revision: "a".repeat(12), job: { job_guid: "😀".repeat(50) } }).validate();
    const push = new ResultSet(aResultSet());
    push.validate();
    expect(push.faults()).toEqual([]);
    // The examples of the Python library never set it. The server then uses its default.
    const pushed = new ResultSet().addRevision("a".repeat(40)).addRevision(new Revision());
    pushed.validate();
    expect(JSON.parse(pushed.toJson())).not.toHaveProperty("author");
  });

  it("reports all faults with faults(), and counts the items of a collection", () => {
    const jobs = new JobCollection([new Job(aJob()), new Job()]);
    expect(jobs.faults().map(({ pointer }) => pointer)).toEqual([
      "/1/revision",
      "/1/project",
      "/1/job/job_guid",
    ]);
    expect(() => jobs.validate()).toThrow(ValidationError);
    expect(new Artifact({ x: 1 } as never).faults().map(({ pointer }) => pointer)).toEqual([
      "/blob",
      "/type",
      "/name",
      "/job_guid",
    ]);
    // Names of inherited object methods do not count as members.
    expect(new Job(JSON.parse('{"__proto__": {"revision": "a"}}')).faults()).toHaveLength(3);
  });
});

describe("collections", () => {
  const seven = new JobCollection(
    Array.from({ length: 7 }, (_, n) => new Job({ ...aJob(), revision: String(n) })),
  );

  it("make items without adding them, and return their data", () => {
    const [jobs, pushes, artifacts] = [
      new JobCollection(),
      new ResultSetCollection(),
      new ArtifactCollection(),
    ];
    expect(
      [jobs.get_job(), pushes.get_resultset(), artifacts.get_artifact()].map((item) => item.constructor),
    ).toEqual([Job, ResultSet, Artifact]);
    expect([jobs.data, pushes.data, artifacts.data]).toEqual([[], [], []]);
    expect([jobs.endpoint, pushes.endpoint, artifacts.endpoint]).toEqual(["jobs", "resultset", "artifact"]);
    expect(
      pushes.getResultSet().get_revision({ revision: "a", author: "", repository: "b" }).data.revision,
    ).toBe("a");
    const job = jobs.getJob(aJob());
    expect(jobs.add(job).data).toEqual([job]);
    expect(jobs.get_collection_data()).toEqual([aJob()]);
    expect(jobs.to_json()).toBe(JSON.stringify([aJob()]));
  });

  it("yield chunks of the same kind, in order", () => {
    const chunks = [...seven.get_chunks(3)];
    expect(chunks.map(({ data }) => data.length)).toEqual([3, 3, 1]);
    expect(chunks.every((chunk) => chunk instanceof JobCollection && chunk.endpoint === "jobs")).toBe(true);
    expect(chunks.flatMap((chunk) => chunk.data)).toEqual(seven.data);
    expect([...new ResultSetCollection([new ResultSet()]).chunks(5)][0]).toBeInstanceOf(ResultSetCollection);
    expect([...new ArtifactCollection([new Artifact()]).chunks(5)][0]).toBeInstanceOf(ArtifactCollection);
    expect([...new JobCollection().chunks(3)]).toEqual([]);
    expect(() => [...seven.chunks(0)]).toThrow("a chunk must have at least one item; it is 0");
  });

  it("yield chunks up to a limit of bytes; a longer item gets a chunk of its own", () => {
    const bytes = (collection: { toJson(): string }) => Buffer.byteLength(collection.toJson());
    const one = bytes(new JobCollection(seven.data.slice(0, 1)));
    const three = bytes(new JobCollection(seven.data.slice(0, 3)));
    expect([...seven.chunksByBytes(three)].map(({ data }) => data.length)).toEqual([3, 3, 1]);
    expect([...seven.chunksByBytes(three - 1)].map(({ data }) => data.length)).toEqual([2, 2, 2, 1]);
    expect([...seven.chunksByBytes(one - 1)].map(({ data }) => data.length)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(Math.max(...[...seven.chunksByBytes(three + 5)].map(bytes))).toBeLessThanOrEqual(three + 5);
    for (const none of [0, -1, Number.NaN]) {
      expect(() => [...seven.chunksByBytes(none)]).toThrow(
        `a chunk must have at least one byte; it is ${none}`,
      );
    }
  });
});

it("the version in the User-Agent is that of the package", () => {
  const file = new URL("../../client/package.json", import.meta.url);
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ version: clientVersion });
});
