import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { validateJob } from "../../src/validate/validate-job.ts";
import { aMessage, REVISION, schemas } from "../examples.ts";
import { messageTypes, settingsFile, typesFile } from "../generate.ts";
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
    "times and URLs that are none: formats are annotations",
    { timeScheduled: "not a date", logs: [{ url: "no url", name: "n" }] },
  ],
  [
    "hg, a revision and a malformed hash",
    { origin: { ...hg, revision: REVISION, revision_hash: "a".repeat(39) } },
  ],
  ["hg, a hash alone", { origin: { ...hg, revision_hash: REVISION } }],
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
  ["a boolean where a number is wanted", { retryId: true }, "/retryId"],
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

describe("a message is accepted with", () => {
  for (const [title, overrides] of accepted) {
    it(title, () => expect(validateJob(aMessage(overrides), schemas)).toMatchObject({ ok: true }));
  }
});

describe("a message is rejected, and the place is told, for", () => {
  for (const [title, overrides, pointer] of rejected) {
    it(title, () => {
      const result = validateJob(aMessage(overrides), schemas);
      if (result.ok || result.fault.reason !== "schema-violation") throw new Error("accepted");
      expect(result.fault.violations[0]).toMatchObject({ pointer });
    });
  }

  for (const name of ["taskId", "origin", "buildSystem", "display", "state", "jobKind", "version"]) {
    it(`no ${name}`, () => {
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

it("of an origin only the variant that was meant is told", () => {
  const result = validateJob(aMessage({ origin: { ...hg, revision: "a".repeat(12) } }), schemas);
  expect(result.ok || result.fault).toMatchObject({
    violations: [{ pointer: "/origin/revision", keyword: "minLength" }],
  });
});

it("a message that is wrong in a thousand places tells the first twenty", () => {
  const result = validateJob(aMessage({ labels: Array(1000).fill("a b") }), schemas);
  expect(!result.ok && result.fault.reason === "schema-violation" && result.fault.violations.length).toBe(20);
});

describe("what is made from another file is fresh:", () => {
  it("the types of a message (npm run generate)", async () => {
    expect(readFileSync(typesFile, "utf8")).toBe(await messageTypes());
  });

  it("the page of settings (npm run generate)", () => {
    expect(readFileSync(settingsFile, "utf8")).toBe(settingsPage());
  });
});
