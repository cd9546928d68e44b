import { describe, expect, it } from "@jest/globals";
import type { Fault } from "../../src/domain/faults.ts";
import type { PreparedSubmission, SubmittedJob } from "../../src/domain/submission.ts";
import { normaliseSubmission } from "../../src/submission/normalise-submission.ts";
import { submissionRules } from "../examples.ts";

type Job = { readonly [name in keyof SubmittedJob]?: SubmittedJob[name] };
const submission = (job: Job) => ({
  project: "p",
  revision: "r",
  coalesced: [],
  job: { job_guid: "g", ...job },
});

function prepared(job: Job): PreparedSubmission {
  const result = normaliseSubmission(submission(job), submissionRules);
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.value;
}

function faultOf(job: Job): Fault | null {
  const result = normaliseSubmission(submission(job), submissionRules);
  return result.ok ? null : result.fault;
}

const characters = (count: number) => "😀".repeat(count);

describe("a text of the job that is missing, empty, null or long", () => {
  /** `cut`: how many characters are kept. `most`: a longer text rejects the job. `lost`: null rejects the job. */
  type Row = readonly [
    field: keyof SubmittedJob & keyof PreparedSubmission["job"],
    missing: string,
    empty: string,
    ifNull: string | null | "lost",
    limit: { readonly cut: number } | { readonly most: number },
  ];
  const table: readonly Row[] = [
    ["who", "unknown", "unknown", "unknown", { cut: 50 }],
    ["reason", "unknown", "unknown", "unknown", { cut: 125 }],
    ["state", "unknown", "unknown", "unknown", { cut: 25 }],
    ["result", "unknown", "", null, { most: 25 }],
    // The table says 100, but the schema allows 125, and a message that fits the schema must not be lost.
    ["product_name", "unknown", "unknown", "lost", { most: 125 }],
    ["machine", "unknown", "", "lost", { most: 100 }],
    ["name", "unknown", "unknown", "unknown", { most: 100 }],
    // A symbol has at most 25 characters, and the number of a chunk may follow.
    ["job_symbol", "unknown", "unknown", "unknown", { most: 50 }],
    ["group_name", "unknown", "unknown", "unknown", { most: 100 }],
    ["group_symbol", "unknown", "unknown", "unknown", { most: 25 }],
    ["build_system_type", "buildbot", "", "buildbot", { most: 25 }],
  ];
  for (const [field, missing, empty, ifNull, limit] of table) {
    it(field, () => {
      expect(prepared({}).job[field]).toBe(missing);
      expect(prepared({ [field]: "" }).job[field]).toBe(empty);
      if (ifNull === "lost") {
        expect(faultOf({ [field]: null })).toMatchObject({
          reason: "unusable-field",
          pointer: `/job/${field}`,
        });
      } else {
        expect(prepared({ [field]: null }).job[field]).toBe(ifNull);
      }
      const most = "cut" in limit ? limit.cut : limit.most;
      expect(prepared({ [field]: characters(most) }).job[field]).toBe(characters(most));
      if ("cut" in limit)
        expect(prepared({ [field]: characters(most + 9) }).job[field]).toBe(characters(most));
      else expect(faultOf({ [field]: characters(most + 1) })).toMatchObject({ pointer: `/job/${field}` });
    });
  }

  it("job_guid", () => {
    expect(faultOf({ job_guid: "" })).toMatchObject({ reason: "unusable-field", pointer: "/job/job_guid" });
    expect(prepared({ job_guid: characters(60) }).job.job_guid).toBe(characters(50));
  });

  it("a product of only spaces is unknown; a group symbol `?` stays", () => {
    expect(prepared({ product_name: " \t" }).job.product_name).toBe("unknown");
    expect(prepared({ group_symbol: "?" }).job.group_symbol).toBe("?");
  });
});

describe("a platform with a part that is missing, empty, null or long", () => {
  const parts = [
    ["os_name", 25],
    ["platform", 100],
    ["architecture", 25],
  ] as const;
  for (const name of ["build_platform", "machine_platform"] as const) {
    for (const [part, most] of parts) {
      it(`${name}.${part}`, () => {
        expect(prepared({}).job[name][part]).toBe("unknown");
        expect(prepared({ [name]: {} }).job[name][part]).toBe("unknown");
        expect(prepared({ [name]: { [part]: "" } }).job[name][part]).toBe("");
        expect(prepared({ [name]: { [part]: characters(most) } }).job[name][part]).toBe(characters(most));
        const pointer = `/job/${name}/${part}`;
        expect(faultOf({ [name]: { [part]: null } })).toMatchObject({ reason: "unusable-field", pointer });
        expect(faultOf({ [name]: { [part]: characters(most + 1) } })).toMatchObject({ pointer });
      });
    }

    it(`a job with null as its ${name} is rejected`, () => {
      expect(faultOf({ [name]: null })).toMatchObject({ pointer: `/job/${name}` });
    });
  }
});

describe("options", () => {
  it("are the names, whatever their values; there are none if the member is missing or empty", () => {
    expect(prepared({ option_collection: { opt: false, Asan: null } }).job.options).toEqual(["Asan", "opt"]);
    expect(prepared({}).job.options).toEqual([]);
    expect(prepared({ option_collection: {} }).job.options).toEqual([]);
  });

  it("that are null, or that have too long a name, reject the job", () => {
    const pointer = "/job/option_collection";
    expect(faultOf({ option_collection: null })).toMatchObject({ pointer });
    expect(faultOf({ option_collection: { [characters(101)]: true } })).toMatchObject({ pointer });
    expect(prepared({ option_collection: { [characters(100)]: true } }).job.options).toHaveLength(1);
  });
});

describe("a time in seconds", () => {
  const table: readonly (readonly [given: number | string | null | undefined, stored: number])[] = [
    [1467367200, 1467367200],
    ["1467367200", 1467367200],
    [12.9, 12],
    [-12.9, -12],
    ["12.5", 0],
    ["-1", 0],
    ["foo", 0],
    ["", 0],
    [null, 0],
    [undefined, 0],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 0],
  ];
  for (const [given, stored] of table) {
    it(`${JSON.stringify(given)} is stored as ${stored}`, () => {
      for (const field of ["submit_timestamp", "start_timestamp", "end_timestamp"] as const) {
        expect(prepared(given === undefined ? {} : { [field]: given }).job[field]).toBe(stored);
      }
    });
  }
});

describe("the tier", () => {
  for (const tier of [undefined, null, 0]) {
    it(`${tier} is 1`, () => expect(prepared(tier === undefined ? {} : { tier }).job.tier).toBe(1));
  }

  it("is kept, unless the project's list of signatures overrides it", () => {
    const { signature } = prepared({ tier: 1 }).job;
    const tiers = new Map([["p", new Map([[signature, 3 as const]])]]);
    const forced = normaliseSubmission(submission({ tier: 1 }), { ...submissionRules, tiers });
    expect(forced.ok && forced.value.job).toMatchObject({ tier: 3, signature });
    expect(prepared({ tier: 2 }).job.tier).toBe(2);
  });
});

describe("derived values", () => {
  const linux = { os_name: "linux", platform: "linux64", architecture: "x86_64" };
  const kind: Job = {
    ...{ build_system_type: "taskcluster", build_platform: linux, machine_platform: linux, name: "N" },
    ...{ group_name: "GN", group_symbol: "GS", job_symbol: "S", option_collection: { opt: true } },
  };

  it("the signature is also the reference name if none was given", () => {
    const result = normaliseSubmission({ ...submission(kind), project: "proj" }, submissionRules);
    expect(result.ok && result.value.job).toMatchObject({
      option_collection_hash: "102210fe594ee9b33d82058545b1ed14f4c8206e",
      signature: "879f90678c09426a00e13acf90771d3ea9644a82",
      reference_data_name: "879f90678c09426a00e13acf90771d3ea9644a82",
    });
  });

  it("a reference name is part of the signature, and is kept; an empty one is replaced", () => {
    const named = prepared({ ...kind, reference_data_name: "mine" }).job;
    expect(named.reference_data_name).toBe("mine");
    expect(named.signature).not.toBe(prepared(kind).job.signature);
    const empty = prepared({ ...kind, reference_data_name: "" }).job;
    expect(empty.reference_data_name).toBe(empty.signature);
  });

  it("each job's signature has the group that the job names", () => {
    expect(prepared({ ...kind, group_symbol: "X" }).job.signature).not.toBe(prepared(kind).job.signature);
  });
});

describe("a log", () => {
  it("has its name and URL cut, and they are `unknown` if they are missing", () => {
    const log_references = [
      { name: characters(51), url: characters(256) },
      { name: "", url: "" },
      { name: null, url: null },
      {},
    ];
    const unknown = { name: "unknown", url: "unknown", parse_status: "pending" };
    expect(prepared({ log_references }).logs).toEqual([
      { name: characters(50), url: characters(255), parse_status: "pending" },
      ...[unknown, unknown, unknown],
    ]);
  });

  for (const [sent, stored] of [
    ["parsed", "parsed"],
    ["failed", "failed"],
    ["pending", "pending"],
    ["error", "pending"],
    ["PARSED", "pending"],
    [null, "pending"],
    [undefined, "pending"],
  ] as const) {
    it(`sent as ${sent} is stored as ${stored}`, () => {
      const log = { name: "n", url: "u", ...(sent === undefined ? {} : { parse_status: sent }) };
      expect(prepared({ log_references: [log] }).logs).toMatchObject([{ parse_status: stored }]);
    });
  }

  it("buildbot_text is parsed if the submission has a summary, whatever was sent, and so is the log that the summary names", () => {
    const log_references = ["buildbot_text", "mine", "other"].map((name) => {
      return { name, url: "u", parse_status: "failed" };
    });
    const statuses = (blob: unknown) =>
      prepared({ log_references, artifacts: [{ name: "text_log_summary", type: "json", blob }] }).logs.map(
        ({ parse_status }) => parse_status,
      );
    expect(statuses({})).toEqual(["parsed", "failed", "failed"]);
    expect(statuses({ logname: "mine" })).toEqual(["parsed", "parsed", "failed"]);
    expect(prepared({ log_references }).logs.map((log) => log.parse_status)).toEqual(Array(3).fill("failed"));
  });

  it("has a long name cut in the summary as in the log", () => {
    const given = prepared({
      log_references: [{ name: characters(60), url: "u" }],
      artifacts: [{ name: "text_log_summary", type: "json", blob: { logname: characters(60) } }],
    });
    expect(given.logs).toMatchObject([{ name: characters(50), parse_status: "parsed" }]);
    expect(given.summary_of).toBe(characters(50));
  });
});

it("a job with a revision or a hash of more than 50 characters is rejected", () => {
  for (const name of ["revision", "revision_hash"] as const) {
    const given = (length: number) =>
      normaliseSubmission({ ...submission({}), [name]: characters(length) }, submissionRules);
    expect(given(50)).toMatchObject({ ok: true, value: { [name]: characters(50) } });
    expect(given(51)).toMatchObject({ ok: false, fault: { reason: "unusable-field", pointer: `/${name}` } });
  }
});

it("coalesced guids are read from beside the job and from within it", () => {
  const both = { ...submission({ coalesced: ["b"] }), coalesced: ["a"] };
  const result = normaliseSubmission(both, submissionRules);
  expect(result.ok && result.value.coalesced).toEqual(["a", "b"]);
});

it("suggestions are made from a summary that came without them", () => {
  const summary = { name: "text_log_summary", type: "json", blob: { x: 1 } };
  const suggestions = { name: "Bug suggestions", type: "json", blob: [] };
  expect(prepared({ artifacts: [summary] }).suggestions_for).toBe('{"x":1}');
  expect(prepared({ artifacts: [suggestions, summary] }).suggestions_for).toBeNull();
  expect(prepared({ artifacts: [] }).suggestions_for).toBeNull();
});
