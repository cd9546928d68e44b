import { describe, expect, it } from "@jest/globals";
import { judgeDelivery } from "../../src/ingest/judge-delivery.ts";
import { aDelivery, aMessage, limits, schemas } from "../examples.ts";

const rules = { schemas, ...limits, tiers: new Map(), acceptsProject: () => true };

/** All that is told of what is wrong with a body. */
function faultsOf(body: unknown): string {
  return JSON.stringify(
    judgeDelivery(aDelivery(body), rules).map((verdict) => verdict.kind === "rejected" && verdict.fault),
  );
}

it("judges a message whose parts are 200,000 to a list, whichever list it is", () => {
  const many = Array.from({ length: 200_000 }, () => 0);
  const kinds = [
    aMessage({ extra: { many } }),
    aMessage({ extra: { artifacts: many } }),
    aMessage({ jobInfo: { links: [{ url: "u", linkText: "t", label: "l" }, ...many] } }),
    aMessage({ coalesced: many.map(String) }),
    // What breaks the schema is looked through to the end, to see how large it is.
    aMessage({ extra: { many }, state: "done" }),
    aMessage({ coalesced: many }),
    aMessage({ logs: many }),
    many,
  ].map((message) => judgeDelivery(aDelivery([message]), rules).map(({ kind }) => kind));
  const [accepted, rejected] = [["accepted"], ["rejected"]];
  expect(kinds).toEqual([...Array(4).fill(accepted), ...Array(4).fill(rejected)]);
});

it("what cannot be kept although it fits the schema is pointed to in the message, not in what becomes of it", () => {
  const display = { jobName: "n", jobSymbol: "M", chunkId: 1e60, groupSymbol: "g" };
  const [verdict] = judgeDelivery(aDelivery(aMessage({ display })), rules);
  expect(verdict).toMatchObject({ fault: { reason: "unusable-field", pointer: "/display/chunkId" } });
});

it("of names that are far too long the first two hundred characters are kept, whole ones", () => {
  const [verdict] = judgeDelivery(aDelivery(aMessage({ taskId: "🎉".repeat(300) })), rules);
  expect(verdict).toMatchObject({ kind: "rejected", task_id: "🎉".repeat(200) });
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
