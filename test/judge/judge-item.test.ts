import { describe, expect, it } from "@jest/globals";
import { REVISION } from "../examples.ts";
import { aJobItem, anArtifactItem, aResultSetItem, errorsOf, itemRules, judge } from "./an-item.ts";

type Members = Readonly<Record<string, unknown>>;
const characters = (count: number): string => "😀".repeat(count);

function accepted(item: unknown) {
  const verdict = judge("jobs", item);
  if (verdict.kind !== "accepted") throw new Error(JSON.stringify(verdict));
  const { warnings = [], ...rest } = verdict;
  return { ...rest, warnings };
}

function push(overrides: Members) {
  const verdict = judge("resultset", aResultSetItem(overrides));
  if (verdict.kind !== "push") throw new Error(JSON.stringify(verdict));
  return verdict.resultSet;
}

function artifact(overrides: Members) {
  const verdict = judge("artifact", anArtifactItem(overrides));
  if (verdict.kind !== "artifact") throw new Error(JSON.stringify(verdict));
  return verdict;
}

describe("a posted job", () => {
  it("becomes a submission for the project of the URL, with its platforms, logs and times", () => {
    const platform = { platform: "linux64", os_name: "linux", architecture: "x86_64", more: 1 };
    const item = aJobItem(
      {
        ...{ name: "n", desc: "ignored", job_symbol: "e", group_symbol: "SM", group_name: "g", who: "w" },
        ...{ product_name: "p", reason: "r", result: "success", tier: 2, machine: "m" },
        ...{ submit_timestamp: 1, start_timestamp: 2, end_timestamp: 3.9 },
        ...{ build_platform: platform, machine_platform: platform, option_collection: { opt: false } },
        ...{ build_system_type: "b", reference_data_name: "ref" },
        log_references: [{ url: "http://x/", name: "buildbot_text", parse_status: "pending", more: 1 }],
        artifacts: [{ name: "a", type: "json", blob: {} }],
      },
      { project: "other", coalesced: ["x"], more: 1 },
    );
    const { submission, posted, payload, at, warnings } = accepted(item);
    expect(submission).toMatchObject({
      ...{ project: "try", revision: REVISION, revision_hash: null, coalesced: ["x"], refused: [] },
      logs: [{ name: "buildbot_text", url: "http://x/", parse_status: "pending" }],
      artifacts: [{ name: "a", type: "json", blob: "{}" }],
    });
    expect(submission.job).toMatchObject({
      ...{ job_guid: "guid/0", state: "completed", result: "success", name: "n", job_symbol: "e" },
      ...{ group_symbol: "SM", group_name: "g", who: "w", product_name: "p", reason: "r", tier: 2 },
      ...{ machine: "m", options: ["opt"], submit_timestamp: 1, start_timestamp: 2, end_timestamp: 3 },
      ...{ build_platform: { platform: "linux64", os_name: "linux", architecture: "x86_64" } },
      ...{ build_system_type: "b", reference_data_name: "ref" },
    });
    expect(posted.job).not.toHaveProperty("desc");
    expect({ payload, at, warnings }).toEqual({ payload: item, at: "", warnings: [] });
  });

  it("that has only a guid and a revision gets every default", () => {
    const { job, logs, artifacts } = accepted({ revision: "abc", job: { job_guid: "g" } }).submission;
    expect({ logs, artifacts }).toEqual({ logs: [], artifacts: [] });
    expect(job).toMatchObject({
      ...{ state: "unknown", result: "unknown", name: "unknown", job_symbol: "unknown", who: "unknown" },
      ...{ tier: 1, submit_timestamp: 0, end_timestamp: 0, options: [], build_system_type: "buildbot" },
    });
  });

  it("with the defaults of the client library is accepted", () => {
    const platform = { os_name: "", platform: "", architecture: "" };
    const names = ["name", "desc", "job_symbol", "group_name", "group_symbol", "product_name", "state"];
    const others = [
      "result",
      "reason",
      "who",
      "machine",
      "submit_timestamp",
      "start_timestamp",
      "end_timestamp",
    ];
    const empty = Object.fromEntries([...names, ...others].map((name) => [name, ""]));
    const lists = { option_collection: {}, log_references: [], artifacts: [], coalesced: [] };
    const item = aJobItem({ ...empty, ...lists, build_platform: platform, machine_platform: platform });
    expect(accepted(item)).toMatchObject({ warnings: [], submission: { job: { result: "", tier: 1 } } });
  });

  it.each<[string, Members, Members]>([
    ["tier as text", { tier: "2" }, { tier: 2 }],
    ["an empty tier", { tier: "" }, { tier: 1 }],
    ["null as tier", { tier: null }, { tier: 1 }],
    ["tier 0", { tier: 0 }, { tier: 1 }],
    ["times as text of digits", { submit_timestamp: "1387221298" }, { submit_timestamp: 1387221298 }],
    ["a time with a fraction", { end_timestamp: 1387221298.9 }, { end_timestamp: 1387221298 }],
    ["null for a text", { name: null, who: null, state: null }, { name: "unknown", who: "unknown" }],
    ["null as result", { result: null }, { result: null }],
    ["a custom state", { state: "coalesced" }, { state: "coalesced" }],
    ["unscheduled, a state like any other here", { state: "unscheduled" }, { state: "unscheduled" }],
    ["options as a list of names", { option_collection: ["opt", "asan"] }, { options: ["asan", "opt"] }],
    ["an option called __proto__", { option_collection: ["__proto__"] }, { options: ["__proto__"] }],
    ["a guid of 51 characters", { job_guid: "g".repeat(51) }, { job_guid: "g".repeat(50) }],
    ["a guid with an underscore", { job_guid: "my_job" }, { job_guid: "my_job" }],
    ["a product of spaces", { product_name: "  " }, { product_name: "unknown" }],
  ])("may have %s", (_case, job, stored) => {
    expect(accepted(aJobItem(job)).submission.job).toMatchObject(stored);
  });

  it.each<[string, Members]>([
    ["a time that is text", { submit_timestamp: "12.5" }],
    ["a time that is a list", { submit_timestamp: [1387221298] }],
    ["a time that is an object", { submit_timestamp: {} }],
    ["a time that is true", { submit_timestamp: true }],
    ["a time before 1970", { submit_timestamp: -1 }],
    ["a time after the year 9999", { submit_timestamp: 1e15 }],
  ])("is stored without %s, with a warning", (_case, job) => {
    const { submission, warnings } = accepted(aJobItem(job));
    expect(submission.job.submit_timestamp).toBe(0);
    expect(warnings).toEqual([
      { what: "submit_timestamp", reason: "is not a time in whole seconds; 0 is stored" },
    ]);
  });

  it("keeps the digits of numbers in blobs, and reads other numbers as JavaScript does", () => {
    const text = JSON.stringify(aJobItem({ tier: "T", artifacts: [{ name: "a", type: "json", blob: "B" }] }))
      .replace('"T"', "1.0")
      .replace('"B"', '{"id":1724442618569203714,"x":1.10}');
    const { submission } = accepted(text);
    expect(submission.job.tier).toBe(1);
    expect(submission.artifacts[0]?.blob).toBe('{"id":1724442618569203714,"x":1.10}');
  });

  it("names coalesced jobs beside the job and in it, without empty ones", () => {
    const item = aJobItem({ coalesced: ["b", ""] }, { coalesced: ["a", "c".repeat(60)] });
    expect(accepted(item).submission.coalesced).toEqual(["a", "c".repeat(50), "b"]);
    expect(accepted(aJobItem({ coalesced: null }, { coalesced: null })).submission.coalesced).toEqual([]);
  });

  it("is identified by its revision; an empty one beside a revision hash counts as missing", () => {
    const byHash = accepted(aJobItem({}, { revision: "", revision_hash: "h" })).submission;
    expect(byHash).toMatchObject({ revision: null, revision_hash: "h" });
    const both = accepted(aJobItem({}, { revision_hash: "h" })).submission;
    expect(both).toMatchObject({ revision: REVISION, revision_hash: "h" });
  });

  it("loses only the artifact that names another job", () => {
    const own = { name: "own", type: "json", blob: 1, job_guid: "guid/0" };
    const foreign = { name: "foreign", type: "json", blob: 1, job_guid: "guid/1" };
    const none = { name: "none", type: "json", blob: 1, job_guid: "" };
    const { submission } = accepted(aJobItem({ artifacts: [own, foreign, none] }));
    expect(submission.artifacts.map(({ name }) => name)).toEqual(["own", "none"]);
    expect(submission.refused).toEqual([
      { what: "artifact 1", reason: '"foreign" names another job in its job_guid' },
    ]);
  });

  it.each<[string, unknown, string[]]>([
    ["a number", 5, [" type"]],
    ["a list", [], [" type"]],
    ["an object without a job", { revision: "a" }, [" required"]],
    ["a job that is a text", { revision: "a", job: "x" }, ["/job type"]],
    ["no guid", { revision: "a", job: {} }, ["/job required"]],
    ["an empty guid", aJobItem({ job_guid: "" }), ["/job/job_guid minLength"]],
    ["null as guid", aJobItem({ job_guid: null }), ["/job/job_guid type"]],
    ["a number as guid", aJobItem({ job_guid: 5 }), ["/job/job_guid type"]],
    ["no revision", { job: { job_guid: "g" } }, ["/revision unusable-field"]],
    ["empty revisions", aJobItem({}, { revision: "", revision_hash: null }), ["/revision unusable-field"]],
    ["a long revision", aJobItem({}, { revision: characters(51) }), ["/revision maxLength"]],
    ["a long hash", aJobItem({}, { revision_hash: characters(51) }), ["/revision_hash maxLength"]],
    ["a name that is a number", aJobItem({ name: 5 }), ["/job/name type"]],
    ["null as product", aJobItem({ product_name: null }), ["/job/product_name type"]],
    ["null as machine", aJobItem({ machine: null }), ["/job/machine type"]],
    ["null as platform", aJobItem({ build_platform: null }), ["/job/build_platform type"]],
    [
      "null in a platform",
      aJobItem({ machine_platform: { os_name: null } }),
      ["/job/machine_platform/os_name type"],
    ],
    ["null as options", aJobItem({ option_collection: null }), ["/job/option_collection type"]],
    ["a number among options", aJobItem({ option_collection: ["a", 5] }), ["/job/option_collection/1 type"]],
    [
      "a long option",
      aJobItem({ option_collection: [characters(101)] }),
      ["/job/option_collection unusable-field"],
    ],
    ["a tier in words", aJobItem({ tier: "one" }), ["/job/tier pattern"]],
    ["a tier with a fraction", aJobItem({ tier: 1.5 }), ["/job/tier type"]],
    ["a negative tier", aJobItem({ tier: -1 }), ["/job/tier minimum"]],
    ["a log that is a text", aJobItem({ log_references: ["http://x/"] }), ["/job/log_references/0 type"]],
    [
      "a log's name that is a number",
      aJobItem({ log_references: [{ name: 1 }] }),
      ["/job/log_references/0/name type"],
    ],
    ["artifacts that are an object", aJobItem({ artifacts: {} }), ["/job/artifacts type"]],
    ["a coalesced job that is a number", aJobItem({}, { coalesced: [1] }), ["/coalesced/0 type"]],
    ["two faults", aJobItem({ name: 1, who: 2 }), ["/job/name type", "/job/who type"]],
  ])("is rejected with %s", (_case, item, errors) => {
    expect(errorsOf("jobs", item)).toEqual(errors);
  });

  it.each([
    ...[
      ["name", 100],
      ["job_symbol", 50],
      ["group_name", 100],
      ["group_symbol", 25],
      ["product_name", 125],
    ],
    ...[
      ["machine", 100],
      ["result", 25],
      ["build_system_type", 25],
    ],
  ] as [string, number][])("may have %s of %i characters and no more", (name, most) => {
    expect(accepted(aJobItem({ [name]: characters(most) })).submission.job).toHaveProperty(
      name,
      characters(most),
    );
    expect(errorsOf("jobs", aJobItem({ [name]: characters(most + 1) }))).toEqual([`/job/${name} maxLength`]);
  });

  it.each([
    ["os_name", 25],
    ["platform", 100],
    ["architecture", 25],
  ] as const)("may have %s of a platform of %i characters and no more", (name, most) => {
    expect(errorsOf("jobs", aJobItem({ build_platform: { [name]: characters(most) } }))).toEqual([]);
    const over = aJobItem({ machine_platform: { [name]: characters(most + 1) } });
    expect(errorsOf("jobs", over)).toEqual([`/job/machine_platform/${name} maxLength`]);
  });

  it("with more options than labels are allowed is rejected, as an object and as a list", () => {
    const names = Array.from({ length: itemRules.jobLimits.labels + 1 }, (_, n) => `o${n}`);
    const asObject = Object.fromEntries(names.map((name) => [name, true]));
    for (const option_collection of [names, asObject]) {
      expect(errorsOf("jobs", aJobItem({ option_collection }))).toEqual([
        "/job/option_collection unusable-field",
      ]);
    }
  });

  it("that is rejected keeps the item, the project of the URL and the guid", () => {
    const item = aJobItem({ name: 1 });
    expect(judge("jobs", item)).toMatchObject({
      kind: "rejected",
      payload: item,
      project: "try",
      task_id: "guid/0",
    });
    expect(judge("jobs", { job: 1 })).toMatchObject({ task_id: null });
    expect(judge("jobs", '{"__proto__":{"job":{"job_guid":"g"}}}')).toMatchObject({ task_id: null });
  });
});

describe("a posted result set", () => {
  it("with an unknown status is rejected with a list of all statuses, including null", () => {
    expect(judge("resultset", aResultSetItem({ active_status: "gone" }))).toMatchObject({
      fault: {
        violations: [
          {
            message:
              'must be equal to one of the allowed values: active, onhold, deleted, null; it is "gone"',
          },
        ],
      },
    });
  });

  it("becomes a push, without the ignored members", () => {
    expect(push({ type: "x", artifacts: [], revision_hash: "h", active_status: "onhold" })).toEqual({
      ...{ revision: REVISION, revision_hash: "h", author: "p@x", push_timestamp: 1467367200 },
      active_status: "onhold",
      revisions: [
        { revision: "b".repeat(40), author: "b@x", comment: "first", repository: "try" },
        { revision: REVISION, author: "a@x", comment: null, repository: "try" },
      ],
    });
  });

  it.each<[string, Members, Members]>([
    ["no revision, which means the last of the list", { revision: undefined }, { revision: REVISION }],
    ["an empty revision", { revision: "" }, { revision: REVISION }],
    ["null as revision", { revision: null, revision_hash: "h" }, { revision: REVISION, revision_hash: "h" }],
    ["12 characters", { revision: "a".repeat(12) }, { revision: "a".repeat(12) }],
    ["no revisions beside a revision", { revisions: [] }, { revision: REVISION, revisions: [] }],
    ["a time with a fraction", { push_timestamp: 1467367200.75 }, { push_timestamp: 1467367200 }],
    ["a time as text", { push_timestamp: "1467367200" }, { push_timestamp: 1467367200 }],
  ])("may have %s", (_case, overrides, stored) => {
    expect(push(overrides)).toMatchObject(stored);
  });

  it("leaves defaults to the store", () => {
    const bare = push({ author: "", revision_hash: null, active_status: null });
    expect(Object.keys(bare).toSorted()).toEqual(["push_timestamp", "revision", "revisions"]);
  });

  const revision = { revision: "r", author: "a", repository: "try" };
  it.each<[string, unknown, string[]]>([
    ["a text", '"x"', [" type"]],
    ["no time", aResultSetItem({ push_timestamp: undefined }), [" required"]],
    ["null as time", aResultSetItem({ push_timestamp: null }), ["/push_timestamp type"]],
    ["a time in words", aResultSetItem({ push_timestamp: "now" }), ["/push_timestamp pattern"]],
    ["a negative time", aResultSetItem({ push_timestamp: -1 }), ["/push_timestamp minimum"]],
    ["a time after the year 9999", aResultSetItem({ push_timestamp: 1e12 }), ["/push_timestamp maximum"]],
    ["no revisions", aResultSetItem({ revisions: undefined }), [" required"]],
    ["revisions that are not a list", aResultSetItem({ revisions: {} }), ["/revisions type"]],
    ["no revision at all", aResultSetItem({ revision: "", revisions: [] }), ["/revision unusable-field"]],
    ["a long revision", aResultSetItem({ revision: characters(51) }), ["/revision maxLength"]],
    ["a long author", aResultSetItem({ author: characters(151) }), ["/author maxLength"]],
    ["an unknown status", aResultSetItem({ active_status: "gone" }), ["/active_status enum"]],
    ...(["revision", "author", "repository"] as const).map((name): [string, unknown, string[]] => [
      `a revision without ${name}`,
      aResultSetItem({ revisions: [{ ...revision, [name]: undefined }] }),
      ["/revisions/0 required"],
    ]),
    [
      "a long id",
      aResultSetItem({ revisions: [{ ...revision, revision: characters(51) }] }),
      ["/revisions/0/revision maxLength"],
    ],
  ])("is rejected with %s", (_case, item, errors) => {
    expect(errorsOf("resultset", item)).toEqual(errors);
  });
});

describe("a posted artifact", () => {
  it("is stored with the job that it names, its blob as text", () => {
    const { artifact: posted, payload } = artifact({ more: 1 });
    expect(posted).toEqual({
      ...{ project: "try", job_guid: "guid/0", suggestions_for: null, summary_of: null, refused: [] },
      artifact: { name: "n", type: "json", blob: '{"a":1}' },
    });
    expect(payload).toEqual(anArtifactItem({ more: 1 }));
  });

  it("keeps the digits of its numbers", () => {
    const text = JSON.stringify(anArtifactItem({ blob: "B" })).replace('"B"', "[1.0,12345678901234567890]");
    expect(judge("artifact", text)).toMatchObject({
      artifact: { artifact: { blob: "[1.0,12345678901234567890]" } },
    });
  });

  it("that is a summary gets suggestions, and says which log it is about", () => {
    const blob = { step_data: { all_errors: [], steps: [] }, logurl: "u", logname: "custom" };
    const { artifact: posted, warnings } = artifact({ name: "text_log_summary", blob });
    expect(posted).toMatchObject({ suggestions_for: JSON.stringify(blob), summary_of: "custom" });
    expect(warnings).toEqual([]);
    const unnamed = artifact({ name: "text_log_summary", blob: { ...blob, logname: "" } });
    expect(unnamed.artifact.summary_of).toBeNull();
  });

  it("called Job Info loses only the invalid details", () => {
    const job_details = [{ title: null, value: "v", url: null, x: 1 }, { title: "t" }];
    const { artifact: posted, warnings } = artifact({ name: "Job Info", blob: { job_details } });
    expect(posted).toMatchObject({
      artifact: { name: "Job Info", blob: '{"job_details":[{"title":null,"value":"v","url":null}]}' },
      refused: [{ what: "job detail 1", reason: "has no text as its value" }],
    });
    expect(warnings).toMatchObject([{ what: 'artifact "Job Info"' }]);
  });

  const item = { framework: { name: "talos" }, suites: [] };
  it("called performance_data may hold its data as JSON text, and loses only items that do not fit", () => {
    const blob = JSON.stringify({ performance_data: [item, 5] });
    expect(artifact({ name: "performance_data", blob }).artifact).toMatchObject({
      artifact: { blob: JSON.stringify({ performance_data: [item] }) },
      refused: [{ what: "performance data 2" }],
    });
  });

  it.each<[string, unknown, string[]]>([
    ["null", null, [" type"]],
    ["no guid", anArtifactItem({ job_guid: undefined }), [" required"]],
    ["null as guid", anArtifactItem({ job_guid: null }), ["/job_guid type"]],
    ["an empty guid", anArtifactItem({ job_guid: "" }), ["/job_guid minLength"]],
    ["no name", anArtifactItem({ name: undefined }), [" required"]],
    ["an empty name", anArtifactItem({ name: "" }), ["/name minLength"]],
    ["a long name", anArtifactItem({ name: characters(51) }), ["/name maxLength"]],
    ["no type", anArtifactItem({ type: undefined }), [" required"]],
    ["a long type", anArtifactItem({ type: characters(51) }), ["/type maxLength"]],
    ["no blob", anArtifactItem({ blob: undefined }), [" required"]],
    [
      "performance data that does not fit",
      anArtifactItem({ name: "performance_data", blob: {} }),
      ["/blob unusable-field"],
    ],
  ])("is rejected with %s", (_case, posted, errors) => {
    expect(errorsOf("artifact", posted)).toEqual(errors);
  });
});

describe("a blob that does not fit its schema is stored with a warning:", () => {
  const bug = { id: 1, summary: "s" };
  const suggestion = { search: "s", search_terms: ["s"], bugs: { open_recent: [bug], all_others: [] } };
  it.each<[name: string, blob: unknown, reason: string | null]>([
    ["text_log_summary", { step_data: { all_errors: [] } }, null],
    ["text_log_summary", JSON.stringify({ step_data: { all_errors: [{ line: "x", linenumber: 1 }] } }), null],
    ["text_log_summary", { logurl: "u" }, "blob: must have required property 'step_data'"],
    [
      "text_log_summary",
      { step_data: { all_errors: [{}] } },
      "blob: /step_data/all_errors/0 must have required property 'line'",
    ],
    ["text_log_summary", "no JSON", "blob: a text that is not JSON"],
    ["text_log_summary", [], "blob: must be object; it is []"],
    ["Bug suggestions", [suggestion], null],
    [
      "Bug suggestions",
      [{ ...suggestion, bugs: { open_recent: [] } }],
      "blob: /0/bugs must have required property 'all_others'",
    ],
    ["Bug suggestions", {}, "blob: must be array; it is {}"],
    [
      "Job Info",
      { job_details: [{ value: "v", title: 5 }] },
      "blob: /job_details/0/title must be string,null; it is 5",
    ],
    ["anything else", 5, null],
  ])("%s %j", (name, blob, reason) => {
    const expected = reason === null ? [] : [{ what: `artifact "${name}"`, reason }];
    const { warnings, artifact: posted } = artifact({ name, blob });
    expect({ warnings, refused: posted.refused }).toEqual({ warnings: expected, refused: [] });
    const inJob = accepted(aJobItem({ artifacts: [{ name, type: "json", blob }] }));
    expect(inJob.warnings).toEqual(expected);
    expect(inJob.submission.artifacts.map((each) => each.name)).toEqual([name]);
  });

  it("long texts are not parsed to find warnings, neither one nor many", () => {
    expect(artifact({ name: "text_log_summary", blob: "x".repeat(200_000) }).warnings).toEqual([]);
    const blobs = ["x".repeat(100_000), "x".repeat(100_000), {}];
    const artifacts = blobs.map((blob) => ({ name: "Bug suggestions", type: "json", blob }));
    expect(accepted(aJobItem({ artifacts })).warnings.map(({ reason }) => reason)).toEqual([
      "blob: a text that is not JSON",
      "blob: must be array; it is {}",
    ]);
  });
});
