import { describe, expect, it } from "@jest/globals";
import { faultErrors } from "../../src/domain/explain-fault.ts";
import { judgeDelivery } from "../../src/ingest/judge-delivery.ts";
import { aDelivery, aMessage, schemas } from "../examples.ts";

const rules = {
  schemas,
  maxDepth: 64,
  maxBodyBytes: 1_048_576,
  tiers: new Map(),
  acceptsProject: () => true,
};

/** All that is told of what is wrong with a body. */
function faultsOf(body: unknown): string {
  return JSON.stringify(
    judgeDelivery(aDelivery(body), rules).map((verdict) => verdict.kind === "rejected" && verdict.fault),
  );
}

it("what cannot be kept although it fits the schema is pointed to in the message, not in what becomes of it", () => {
  const display = { jobName: "n", jobSymbol: "M", chunkId: 1e60, groupSymbol: "g" };
  const [verdict] = judgeDelivery(aDelivery(aMessage({ display })), rules);
  expect(verdict).toMatchObject({ fault: { reason: "unusable-field", pointer: "/display/chunkId" } });
});

it("of names that are far too long the first two hundred characters are kept, whole ones", () => {
  const [verdict] = judgeDelivery(aDelivery(aMessage({ taskId: "🎉".repeat(300) })), rules);
  expect(verdict).toMatchObject({ kind: "rejected", task_id: "🎉".repeat(200) });
});

describe("a job in an envelope, as MozillaPulse publishes it", () => {
  const _meta = { exchange: "exchange/publisher/jobs", routing_key: "treeherder.try", serializer: "json" };
  const display = { jobName: "n", jobSymbol: "M", chunkId: 1e60, groupSymbol: "g" };

  it("is accepted as if it stood alone", () => {
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

  it("is found by its place where the envelope holds an array", () => {
    const payload = [aMessage(), aMessage({ state: "unscheduled" }), aMessage({ state: "done" })];
    const verdicts = judgeDelivery(aDelivery({ payload, _meta }), rules);
    expect(verdicts.map(({ kind }) => kind)).toEqual(["accepted", "skipped", "rejected"]);
    expect(verdicts[2]).toMatchObject({ fault: { violations: [{ pointer: "/payload/2/state" }] } });
  });

  it("is refused as a whole where the envelope holds none", () => {
    const [verdict] = judgeDelivery(aDelivery({ payload: [], _meta }), rules);
    expect(verdict).toMatchObject({ kind: "rejected", fault: { reason: "malformed-body" } });
  });
});

describe("what is told of a refused message shows no password of a URL", () => {
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
  ])("wherever it stands: %s, %j", (name, value) => {
    const faults = faultsOf(aMessage({ [name]: value }));
    expect(faults).toContain('"reason"');
    expect(faults).not.toMatch(anyPart);
  });

  it("however far before the excerpt's end it stands", () => {
    for (let before = 0; before < 120; before++) {
      expect(faultsOf(aMessage({ state: `${" ".repeat(before)}${url}` }))).not.toMatch(anyPart);
    }
  });

  // The parser quotes ten characters to either side of what it did not expect.
  it.each([
    '["a://b:geheim@h",x]',
    '{"a":"a://b:geheim@h","b":x}',
    '[x"a://b:geheim@h"]',
    "[a://b:geheim@h]",
  ])("also where the parser quotes what stands around: %s", (body) => {
    const faults = faultsOf(Buffer.from(body));
    expect(faults).toContain("Unexpected token");
    expect(faults).not.toMatch(anyPart);
  });
});
