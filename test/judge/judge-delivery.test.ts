import { hash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { faultErrors } from "../../src/domain/explain-fault.ts";
import { writeSource } from "../../src/domain/text/source-json.ts";
import { toRejection } from "../../src/ingest/write/to-rejection.ts";
import { judgeDelivery } from "../../src/judge/judge-delivery.ts";
import { aDelivery, aMessage, limits, schemas } from "../examples.ts";
import { messageOf } from "../ingest/write-messages.ts";

const rules = { schemas, ...limits, tiers: new Map(), acceptsProject: () => true };

/** Returns everything that is reported about the faults of a body. */
function faultsOf(body: unknown): string {
  return JSON.stringify(
    judgeDelivery(aDelivery(body), rules).map((verdict) => verdict.kind === "rejected" && verdict.fault),
  );
}

it("a message with 200,000 items in any of its lists is judged", () => {
  const many = Array.from({ length: 200_000 }, () => 0);
  const kinds = [
    aMessage({ extra: { many } }),
    aMessage({ extra: { artifacts: many } }),
    aMessage({ jobInfo: { links: [{ url: "u", linkText: "t", label: "l" }, ...many] } }),
    aMessage({ coalesced: many.map(String) }),
    // A message that does not fit the schema is searched for its size.
    aMessage({ extra: { many }, state: "done" }),
    aMessage({ coalesced: many }),
    aMessage({ logs: many }),
    many,
  ].map((message) => judgeDelivery(aDelivery([message]), rules).map(({ kind }) => kind));
  const [accepted, rejected] = [["accepted"], ["rejected"]];
  expect(kinds).toEqual([...Array(4).fill(accepted), ...Array(4).fill(rejected)]);
});

it("the pointer to a field that fits the schema but cannot be stored leads into the message, not into the submission", () => {
  const display = { jobName: "n", jobSymbol: "M", chunkId: 1e60, groupSymbol: "g" };
  const [verdict] = judgeDelivery(aDelivery(aMessage({ display })), rules);
  expect(verdict).toMatchObject({ fault: { reason: "unusable-field", pointer: "/display/chunkId" } });
  // The schema checks only the hash of such an origin, but its revision is used.
  const revisions = { revision: "a".repeat(51), revision_hash: "b".repeat(40) };
  const message = aMessage({ origin: { kind: "hg.mozilla.org", project: "try", ...revisions } });
  const pointers = [message, { payload: message, _meta: {} }].flatMap((body) =>
    judgeDelivery(aDelivery(body), rules).flatMap((each) =>
      each.kind === "rejected" ? faultErrors(each.fault).map(({ pointer }) => pointer) : [],
    ),
  );
  expect(pointers).toEqual(["/origin/revision", "/payload/origin/revision"]);
});

it("names that are far too long are cut to two hundred characters, without splitting a character", () => {
  const [verdict] = judgeDelivery(aDelivery(aMessage({ taskId: "🎉".repeat(300) })), rules);
  expect(verdict).toMatchObject({ kind: "rejected", task_id: "🎉".repeat(200) });
});

describe("numbers keep the text that their publisher wrote", () => {
  /** Returns the job's text with this instead of `"HERE"`. */
  const textOf = (written: string, overrides: Readonly<Record<string, unknown>>) =>
    JSON.stringify(aMessage(overrides)).replace('"HERE"', written);

  function judged(written: string, overrides: Readonly<Record<string, unknown>>) {
    const [verdict] = judgeDelivery(aDelivery(Buffer.from(textOf(written, overrides))), rules);
    if (verdict?.kind !== "accepted") throw new Error(JSON.stringify(verdict));
    return verdict;
  }

  const numbers = ["1724442618569203714", "1e400", "-0", "1.10", "1.0", "2.0160701123456787e+22"];

  it.each(numbers)("%s anywhere in an artifact of the message", (number) => {
    const artifact = (blob: unknown) => ({ artifacts: [{ name: "ids", type: "json", blob }] });
    for (const blob of ["HERE", { id: "HERE" }, [[{ id: "HERE" }]]]) {
      const { artifacts } = judged(number, { extra: artifact(blob) }).submission;
      expect(artifacts).toEqual([
        { name: "ids", type: "json", blob: JSON.stringify(blob).replace('"HERE"', number) },
      ]);
    }
  });

  it.each(numbers)("%s instead of an artifact is not an artifact", (number) => {
    expect(judged(number, { extra: { artifacts: ["HERE"] } }).submission.refused).toEqual([
      { what: "extra.artifacts 0", reason: "must be an object" },
    ]);
  });

  it("in the steps and errors of a log", () => {
    const times = { timeStarted: "2026-01-05T10:00:00Z", timeFinished: "2026-01-05T10:00:00Z" };
    const errors = [{ line: "x", linenumber: "HERE" }];
    const step = { name: "s", ...times, lineStarted: 0, lineFinished: 1, result: "fail", errors };
    const logs = [{ name: "live", url: "http://logs.example/1", steps: [step] }];
    const [summary] = judged("12345678901234567891", { logs }).submission.artifacts;
    expect(summary?.blob).toContain('"all_errors":[{"line":"x","linenumber":12345678901234567891}]');
  });

  it("in performance data whose other items are refused", () => {
    const suite = (value: unknown) => ({ name: "s", subtests: [{ name: "t", value }] });
    const item = (value: unknown) => ({ framework: { name: "talos" }, suites: [suite(value)] });
    const data = [item("HERE"), item("fast")];
    const artifacts = [{ name: "performance_data", type: "json", blob: { performance_data: data } }];
    const { submission } = judged("1.10", { extra: { artifacts } });
    expect(submission.artifacts[0]?.blob).toContain('"value":1.10}');
    expect(submission.refused).toMatchObject([{ what: "performance data 2" }]);
    const infinite = judged("1e400", { extra: { artifacts } }).submission;
    // As in a log, a number that is too large for JavaScript fits the schema and keeps its text.
    expect(infinite.artifacts).toMatchObject([{ blob: expect.stringContaining('"value":1e400') }]);
    expect(infinite.refused).toMatchObject([{ what: "performance data 2" }]);
  });

  it("in the printed and in the stored form of a rejected message", () => {
    expect(
      writeSource(judged("1.0", { extra: { artifacts: [{ name: "n", blob: "HERE" }] } }).posted),
    ).toContain('"blob":1.0,');
    const delivery = aDelivery(
      Buffer.from(textOf("1724442618569203714", { owner: "", extra: { id: "HERE" } })),
    );
    const [verdict] = judgeDelivery(delivery, rules);
    if (verdict?.kind !== "rejected") throw new Error(JSON.stringify(verdict));
    const { content, sha256 } = toRejection(messageOf(delivery), verdict, 10_000).payload;
    expect(content).toBe(delivery.body.toString());
    expect(sha256).toBe(hash("sha256", delivery.body));
  });

  const display = { jobName: "n", jobSymbol: "s", groupSymbol: "g", chunkId: "HERE" };
  it.each([
    ["3", "s3"],
    ["3.0", "s3"],
    ["12345678901234567891", "s12345678901234567891"],
    ["12345678901234567000", "s12345678901234567000"],
    ["1e21", "s1000000000000000000000"],
    ["1.5e1", "s15"],
    ["123456789012345678.90e1", "s1234567890123456789"],
    ["0.0012e+4", "s12"],
    ["1200e-2", "s12"],
  ])("the chunk %s becomes the symbol %s", (number, symbol) => {
    expect(judged(number, { display }).submission.job.job_symbol).toBe(symbol);
  });

  it.each([
    ["1e400", "schema-violation"],
    ["1e-400", "schema-violation"],
    ["1.5", "schema-violation"],
    ["12345678901234567891.5", "unusable-field"],
    ["1.0000000000000000000001", "unusable-field"],
    ["1e60", "unusable-field"],
  ])("the chunk %s is refused", (number, reason) => {
    const [verdict] = judgeDelivery(aDelivery(Buffer.from(textOf(number, { display }))), rules);
    if (verdict?.kind !== "rejected") throw new Error(JSON.stringify(verdict));
    expect(verdict.fault.reason).toBe(reason);
    expect(faultErrors(verdict.fault)).toMatchObject([{ pointer: "/display/chunkId" }]);
  });

  it("a tier is the same number, however it is written", () => {
    expect(judged("2.0", { tier: "HERE" }).submission.job.tier).toBe(2);
  });
});

describe("a job in an envelope, as MozillaPulse publishes it", () => {
  const _meta = { exchange: "exchange/publisher/jobs", routing_key: "treeherder.try", serializer: "json" };
  const display = { jobName: "n", jobSymbol: "M", chunkId: 1e60, groupSymbol: "g" };

  it("is accepted like a job without an envelope", () => {
    const wrapped = judgeDelivery(aDelivery({ payload: aMessage(), _meta }), rules);
    const bare = judgeDelivery(aDelivery(aMessage()), rules);
    expect(wrapped).toEqual(bare.map((verdict) => ({ ...verdict, at: "/payload" })));
  });

  it.each([
    ["schema-violation", "/payload/state", aMessage({ state: "done" })],
    ["schema-violation", "/payload", { ...aMessage(), state: undefined }],
    ["schema-violation", "/payload/origin/kind", aMessage({ origin: { kind: "cvs" } })],
    ["unreadable-time", "/payload/timeStarted", aMessage({ timeStarted: "never" })],
    ["unusable-field", "/payload/display/chunkId", aMessage({ display })],
    ["project-not-accepted", "/payload/origin/project", aMessage()],
  ])("is refused with pointers into the message: %s at %s", (reason, pointer, payload) => {
    const acceptsProject = () => reason !== "project-not-accepted";
    const [verdict] = judgeDelivery(aDelivery({ payload, _meta }), { ...rules, acceptsProject });
    if (verdict?.kind !== "rejected") throw new Error(`it is ${verdict?.kind}`);
    expect(verdict.fault.reason).toBe(reason);
    expect(faultErrors(verdict.fault).map((error) => error.pointer)).toEqual([pointer]);
    expect(verdict.payload).toEqual(JSON.parse(JSON.stringify(payload)));
  });

  it("has its index in the pointer if the envelope contains an array", () => {
    const payload = [aMessage(), aMessage({ state: "unscheduled" }), aMessage({ state: "done" })];
    const verdicts = judgeDelivery(aDelivery({ payload, _meta }), rules);
    expect(verdicts.map(({ kind }) => kind)).toEqual(["accepted", "skipped", "rejected"]);
    expect(verdicts[2]).toMatchObject({ fault: { violations: [{ pointer: "/payload/2/state" }] } });
  });

  it("is refused as a whole if the envelope contains no job", () => {
    const [verdict] = judgeDelivery(aDelivery({ payload: [], _meta }), rules);
    expect(verdict).toMatchObject({ kind: "rejected", fault: { reason: "malformed-body" } });
  });
});

describe("reports about a rejected message show no password of a URL", () => {
  const url = "https://user:geheim@logs.example/1.log";
  const anyPart = /geh|ehe|hei|eim/;

  it.each([
    ["timeStarted", url],
    ["state", url],
    ["owner", url.repeat(9)],
    ["labels", [url]],
    ["logs", [{ name: "live", url, ugly: true }]],
    ["logs", [{ name: url.repeat(9), url }]],
    ["logs", url],
    [url, true],
  ])("in any place: %s, %j", (name, value) => {
    const faults = faultsOf(aMessage({ [name]: value }));
    expect(faults).toContain('"reason"');
    expect(faults).not.toMatch(anyPart);
  });

  it("at any distance from the excerpt's end", () => {
    for (let before = 0; before < 120; before++) {
      expect(faultsOf(aMessage({ state: `${" ".repeat(before)}${url}` }))).not.toMatch(anyPart);
    }
  });

  // The parser quotes ten characters before and after the error.
  it.each([
    '["a://b:geheim@h",x]',
    '{"a":"a://b:geheim@h","b":x}',
    '[x"a://b:geheim@h"]',
    "[a://b:geheim@h]",
  ])("also where the parser quotes the text around an error: %s", (body) => {
    const faults = faultsOf(Buffer.from(body));
    expect(faults).toContain("Unexpected token");
    expect(faults).not.toMatch(anyPart);
  });
});
