import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import type { Violation } from "../../src/domain/faults.ts";
import { validateJob } from "../../src/validate/validate-job.ts";
import { aMessage, REVISION, schemas } from "../examples.ts";
import { projectFile, settingsFile, typeFiles, typesOf } from "../generate.ts";
import { settingsPage } from "../settings-page.ts";

type Overrides = Readonly<Record<string, unknown>>;
const hg = { kind: "hg.mozilla.org", project: "try" };
const display = { jobName: "n", jobSymbol: "j", groupSymbol: "g" };
const machine = { platform: "linux64", os: "linux", architecture: "x86_64" };
const link = { url: "http://x/", linkText: "t", label: "l" };
const step = {
  name: "s",
  timeStarted: "2016-07-01T10:00:00Z",
  lineStarted: 0,
  lineFinished: 1,
  timeFinished: "2016-07-01T10:00:01Z",
  result: "success",
};
const logWith = (steps: unknown): Overrides => ({ logs: [{ url: "u", name: "n", steps }] });

const accepted: readonly (readonly [string, Overrides])[] = [
  ["a minimal message", {}],
  [
    "times and URLs that cannot be parsed: formats are annotations",
    { timeScheduled: "not a date", logs: [{ url: "no url", name: "n" }] },
  ],
  [
    "hg, a revision and a malformed hash",
    { origin: { ...hg, revision: REVISION, revision_hash: "a".repeat(39) } },
  ],
  ["hg, only a hash", { origin: { ...hg, revision_hash: REVISION } }],
  ["github, any 40 characters", { origin: { kind: "github.com", project: "p", revision: "Z".repeat(40) } }],
  [
    "github, revision and hash",
    { origin: { kind: "github.com", project: "p", revision: REVISION, revision_hash: REVISION } },
  ],
  ["an unknown member of the origin", { origin: { ...hg, revision: REVISION, foo: 1 } }],
  ["an empty symbol", { display: { ...display, jobSymbol: "" } }],
  [
    "unknown members of display and machines",
    { display: { ...display, x: 1 }, runMachine: { ...machine, x: 1 } },
  ],
  ["25 characters beyond the basic plane", { display: { ...display, jobSymbol: "😀".repeat(25) } }],
  ["no labels", { labels: [] }],
  ["a label twice", { labels: ["a", "a"] }],
  ["a whole number written with a fraction", JSON.parse('{"version":1.0,"retryId":-0}')],
  [
    "the longest of every text",
    {
      ...{
        taskId: "a".repeat(50),
        buildSystem: "b".repeat(25),
        owner: "😀".repeat(50),
        reason: "r".repeat(125),
      },
      ...{ productName: "p".repeat(125), tier: 3, coalesced: ["c".repeat(50)], labels: ["l".repeat(50)] },
      display: {
        jobName: "n".repeat(100),
        jobSymbol: "s".repeat(25),
        groupSymbol: "g".repeat(25),
        groupName: "n".repeat(100),
      },
      runMachine: {
        name: "n".repeat(50),
        platform: "p".repeat(100),
        os: "o".repeat(25),
        architecture: "a".repeat(25),
      },
      jobInfo: { links: [{ url: "u".repeat(512), linkText: "t".repeat(125), label: "l".repeat(70) }] },
      logs: [{ url: "u".repeat(255), name: "n".repeat(50) }],
    },
  ],
  ["extra with null artifacts", { extra: { artifacts: null } }],
  ["an underscore in a coalesced id", { coalesced: ["a_b/c"] }],
  ["an empty jobInfo", { jobInfo: {} }],
  ["a second link of any kind", { jobInfo: { links: [link, { zzz: 1 }] } }],
  ["a second link that is a number", { jobInfo: { links: [link, 5] } }],
  ["an empty list of steps", logWith([])],
  ["an unknown member of a step", logWith([{ ...step, x: 1 }])],
  ["an error without anything", logWith([{ ...step, errors: [{}] }])],
];

const rejected: readonly (readonly [string, Overrides, string])[] = [
  ["an unknown member", { foo: 1 }, ""],
  ["an underscore in the task id", { taskId: "a_b" }, "/taskId"],
  ["a line feed at the end of the task id", { taskId: "a\n" }, "/taskId"],
  ["a task id of 51 characters", { taskId: "a".repeat(51) }, "/taskId"],
  ["a negative retry", { retryId: -1 }, "/retryId"],
  ["a boolean instead of a number", { retryId: true }, "/retryId"],
  ["a number that is not whole", { version: 1.5 }, "/version"],
  ["a number that is too large", { version: Number.POSITIVE_INFINITY }, "/version"],
  ["text instead of a number", { version: "1" }, "/version"],
  ["null for a member that may be left out", { owner: null }, "/owner"],
  ["a reason of 126 characters", { reason: "a".repeat(126) }, "/reason"],
  ["a product of 126 characters", { productName: "a".repeat(126) }, "/productName"],
  ["an empty task id", { taskId: "" }, "/taskId"],
  ["a build system of 26 characters", { buildSystem: "a".repeat(26) }, "/buildSystem"],
  ["a build system with a dot", { buildSystem: "a.b" }, "/buildSystem"],
  ["an unknown kind of job", { jobKind: "lint" }, "/jobKind"],
  ["text for isRetried", { isRetried: "true" }, "/isRetried"],
  ["a time that is not a text", { timeStarted: 5 }, "/timeStarted"],
  ["an empty group symbol", { display: { ...display, groupSymbol: "" } }, "/display/groupSymbol"],
  [
    "a symbol of 26 characters",
    { display: { ...display, jobSymbol: "😀".repeat(26) } },
    "/display/jobSymbol",
  ],
  ["an empty job name", { display: { ...display, jobName: "" } }, "/display/jobName"],
  ["an empty group name", { display: { ...display, groupName: "" } }, "/display/groupName"],
  ["display without a job name", { display: { jobSymbol: "", groupSymbol: "g" } }, "/display"],
  ["a chunk count of 0", { display: { ...display, chunkCount: 0 } }, "/display/chunkCount"],
  ["a machine with a space in its name", { runMachine: { ...machine, name: "a b" } }, "/runMachine/name"],
  [
    "an operating system of 26 characters",
    { runMachine: { ...machine, os: "a".repeat(26) } },
    "/runMachine/os",
  ],
  ["a letter beyond ASCII in a label", { labels: ["é"] }, "/labels/0"],
  [
    "a first link to a URL of 513 characters",
    { jobInfo: { links: [{ ...link, url: "u".repeat(513) }] } },
    "/jobInfo/links/0/url",
  ],
  ["a first link with an unknown member", { jobInfo: { links: [{ ...link, x: 1 }] } }, "/jobInfo/links/0"],
  ["a log with an empty URL", { logs: [{ url: "", name: "n" }] }, "/logs/0/url"],
  ["a log with a URL of 256 characters", { logs: [{ url: "u".repeat(256), name: "n" }] }, "/logs/0/url"],
  ["a log with a name of 51 characters", { logs: [{ url: "u", name: "n".repeat(51) }] }, "/logs/0/name"],
  ["a step with a negative line", logWith([{ ...step, lineStarted: -1 }]), "/logs/0/steps/0/lineStarted"],
  ["a step with an unknown result", logWith([{ ...step, result: "retry" }]), "/logs/0/steps/0/result"],
  ["an unknown member of an error", logWith([{ ...step, errors: [{ x: 1 }] }]), "/logs/0/steps/0/errors/0"],
  ["members named like inherited object members", { constructor: 1 }, ""],
  ["a member called __proto__", JSON.parse('{"__proto__":1}'), ""],
  ["an unknown state", { state: "coalesced" }, "/state"],
  ["an unknown result", { result: "retry" }, "/result"],
  ["tier 0", { tier: 0 }, "/tier"],
  ["tier 4", { tier: 4 }, "/tier"],
  ["an empty label", { labels: [""] }, "/labels/0"],
  ["a space in a label", { labels: ["a b"] }, "/labels/0"],
  ["an empty owner", { owner: "" }, "/owner"],
  ["an owner of 51 characters", { owner: "a".repeat(51) }, "/owner"],
  ["extra that is a list", { extra: [] }, "/extra"],
  ["a space in a coalesced id", { coalesced: ["a b"] }, "/coalesced/0"],
  ["hg, revision and hash", { origin: { ...hg, revision: REVISION, revision_hash: REVISION } }, "/origin"],
  ["hg, a short revision", { origin: { ...hg, revision: "a".repeat(12) } }, "/origin/revision"],
  ["hg, an upper-case revision", { origin: { ...hg, revision: "A".repeat(40) } }, "/origin/revision"],
  ["an unknown kind of origin", { origin: { ...hg, kind: "svn", revision: REVISION } }, "/origin/kind"],
  ["no project", { origin: { kind: "hg.mozilla.org", revision: REVISION } }, "/origin"],
  [
    "a project with a dot",
    { origin: { kind: "github.com", project: "a.b", revision: REVISION } },
    "/origin/project",
  ],
  ["a platform with a dot", { runMachine: { ...machine, platform: "p.1" } }, "/runMachine/platform"],
  ["a machine without a platform", { buildMachine: { os: "o", architecture: "a" } }, "/buildMachine"],
  ["a chunk of 0", { display: { ...display, chunkId: 0 } }, "/display/chunkId"],
  ["a first link without a label", { jobInfo: { links: [{ url: "u", linkText: "t" }] } }, "/jobInfo/links/0"],
  ["an unknown member of jobInfo", { jobInfo: { x: 1 } }, "/jobInfo"],
  ["a log without a name", { logs: [{ url: "u" }] }, "/logs/0"],
  ["an unknown member of a log", { logs: [{ url: "u", name: "n", x: 1 }] }, "/logs/0"],
  [
    "a step without a result",
    logWith([{ ...step, result: undefined }].map((s) => JSON.parse(JSON.stringify(s)))),
    "/logs/0/steps/0",
  ],
  [
    "an error with an empty line",
    logWith([{ ...step, errors: [{ line: "" }] }]),
    "/logs/0/steps/0/errors/0/line",
  ],
];

function violationsOf(overrides: Overrides): readonly Violation[] {
  // Encoded and decoded, so that undefined members are missing.
  const result = validateJob(JSON.parse(JSON.stringify(aMessage(overrides))), schemas);
  if (result.ok || result.fault.reason !== "schema-violation") throw new Error("accepted");
  return result.fault.violations;
}

describe("a message is accepted with", () => {
  for (const [title, overrides] of accepted) {
    it(title, () => expect(validateJob(aMessage(overrides), schemas)).toMatchObject({ ok: true }));
  }
});

describe("a message is rejected with a pointer for", () => {
  for (const [title, overrides, pointer] of rejected) {
    it(title, () => {
      const result = validateJob(aMessage(overrides), schemas);
      if (result.ok || result.fault.reason !== "schema-violation") throw new Error("accepted");
      expect(result.fault.violations[0]).toMatchObject({ pointer });
    });
  }

  for (const name of ["taskId", "origin", "buildSystem", "display", "state", "jobKind", "version"]) {
    it(`a missing ${name}`, () => {
      const { [name]: _left, ...rest } = aMessage();
      const message = expect.stringContaining(`'${name}'`);
      expect(validateJob(rest, schemas)).toMatchObject({
        ok: false,
        fault: { violations: [{ pointer: "", message }] },
      });
    });
  }

  for (const value of ["text", 5, null, true, []]) {
    it(`${JSON.stringify(value)} instead of a message`, () => {
      expect(validateJob(value, schemas)).toMatchObject({
        ok: false,
        fault: { violations: [{ keyword: "type" }] },
      });
    });
  }
});

describe("for an origin, only violations of the variant that it names are reported, with the variant's name:", () => {
  const github = { kind: "github.com", project: "p", revision: REVISION };
  const byRevision = "hg.mozilla.org by revision";
  type Row = readonly [
    title: string,
    origin: unknown,
    violations: readonly (readonly [string, string])[],
    variant: string,
  ];
  const table: readonly Row[] = [
    [
      "hg, a short revision",
      { ...hg, revision: "a".repeat(12) },
      [["/origin/revision", "minLength"]],
      byRevision,
    ],
    ["hg, neither revision nor hash", hg, [["/origin", "required"]], byRevision],
    [
      "github, neither project nor revision",
      { kind: "github.com" },
      [
        ["/origin", "required"],
        ["/origin", "required"],
      ],
      "github.com",
    ],
    [
      "hg, a malformed hash alone",
      { ...hg, revision_hash: "A".repeat(40) },
      [["/origin/revision_hash", "pattern"]],
      "hg.mozilla.org by revision_hash",
    ],
    [
      "hg, a push log number that is not a number",
      { ...hg, revision: REVISION, pushLogID: 1.5 },
      [["/origin/pushLogID", "type"]],
      byRevision,
    ],
    [
      "hg, two faults at once",
      { ...hg, project: "a b", revision: "g".repeat(40) },
      [
        ["/origin/project", "pattern"],
        ["/origin/revision", "pattern"],
      ],
      byRevision,
    ],
    [
      "hg, revision and hash",
      { ...hg, revision: REVISION, revision_hash: REVISION },
      [["/origin", "oneOf"]],
      "hg.mozilla.org",
    ],
    [
      "github, a hash alone",
      { ...github, revision: undefined, revision_hash: REVISION },
      [["/origin", "required"]],
      "github.com",
    ],
    [
      "github, 41 characters",
      { ...github, revision: "Z".repeat(41) },
      [["/origin/revision", "maxLength"]],
      "github.com",
    ],
    [
      "github, an owner with a space",
      { ...github, owner: "a b" },
      [["/origin/owner", "pattern"]],
      "github.com",
    ],
    [
      "github, a pull request that is not a number",
      { ...github, pullRequestID: "1" },
      [["/origin/pullRequestID", "type"]],
      "github.com",
    ],
    ["another kind", { ...github, kind: "git.example" }, [["/origin/kind", "enum"]], "git.example"],
    ["no kind", { project: "p", revision: REVISION }, [["/origin/kind", "enum"]], "missing"],
    ["no object", "hg.mozilla.org", [["/origin", "type"]], "must be object"],
  ];
  for (const [title, origin, expected, variant] of table) {
    it(title, () => {
      const found = violationsOf({ origin });
      expect(found.map(({ pointer, keyword }) => [pointer, keyword])).toEqual(expected);
      for (const { message } of found) expect(message).toContain(variant);
    });
  }
});

it("the found value is reported, cut to one line", () => {
  const [long] = violationsOf({ owner: "😀".repeat(500) });
  expect(long?.message).toMatch(/^must NOT have more than 50 characters; it is "😀+…$/u);
  const [state] = violationsOf({ state: "done" });
  expect(state?.message).toBe(
    'must be equal to one of the allowed values: unscheduled, pending, running, completed; it is "done"',
  );
});

it("a number that JavaScript rounds is shown as an approximate one", () => {
  const rounded: unknown = JSON.parse("-12345678901234567890");
  expect(violationsOf({ retryId: rounded })[0]?.message).toMatch(/; it is about -1\.23456789012346e\+19$/);
  expect(violationsOf({ retryId: -(2 ** 53 - 1) })[0]?.message).toMatch(/; it is -9007199254740991$/);
});

it("of a thousand errors in a message, the first twenty are reported", () => {
  expect(violationsOf({ labels: Array(1000).fill("a b") })).toHaveLength(20);
});

it("in a message with far too many values only the first error is reported", () => {
  const logs = Array(20_000).fill({ url: "u" });
  expect(violationsOf({ logs })).toMatchObject([{ pointer: "/logs/0", keyword: "required" }]);
  expect(violationsOf({ logs, origin: hg })).toMatchObject([{ pointer: "/origin", keyword: "required" }]);
});

describe("generated files are up to date:", () => {
  it.each(typeFiles)("$file (npm run generate)", async ({ file, schemas: made }) => {
    expect(readFileSync(projectFile(file), "utf8")).toBe(await typesOf(made));
  });

  it("the page of settings (npm run generate)", () => {
    expect(readFileSync(settingsFile, "utf8")).toBe(settingsPage());
  });
});
