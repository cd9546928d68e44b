import { describe, expect, it } from "@jest/globals";
import type { JudgeOptions } from "../../../src/judge/judge-delivery.ts";
import { checkMessage } from "../../../src/queries/check/message-check.ts";
import type { CheckedItem, CheckView } from "../../../src/web/publish/check-view.ts";
import { aMessage, limits, REVISION, schemas } from "../../examples.ts";

const rules: JudgeOptions = { ...limits, schemas, tiers: new Map(), acceptsProject: () => true };

async function check(body: unknown, exchange: string | null = null, options = rules): Promise<CheckView> {
  const text = typeof body === "string" ? body : JSON.stringify(body, null, 2);
  return checkMessage(Buffer.from(text), exchange, options);
}

/** Returns the places of all errors, in order. */
function placesOf({ items }: CheckView): (string | null)[] {
  return items.flatMap((item) =>
    item.verdict === "rejected"
      ? item.errors.map(({ pointer, place }) => place && `${pointer} ${place.line}:${place.column}`)
      : [],
  );
}

function only({ items }: CheckView): CheckedItem {
  const [first] = items;
  if (first === undefined) throw new Error("there is no item");
  return first;
}

describe("an accepted job is shown as on the pages", () => {
  it("with its place in the grid, its logs and its Job Info", async () => {
    const message = aMessage({
      taskId: "a/0",
      buildMachine: { name: "i-1", platform: "linux64", os: "-", architecture: "x" },
      labels: ["debug"],
      tier: 3,
      logs: [{ url: "https://logs.example/1", name: "buildbot_text" }],
      jobInfo: {
        summary: "It is <b>cool</b>",
        links: [{ url: "https://h.example/", linkText: "the link", label: "See" }, { url: 1 }],
      },
    });
    const view = await check(message);
    expect(view).toMatchObject({ accepted: 1, rejected: 0, skipped: 0, more: 0 });
    expect(only(view)).toMatchObject({
      index: 0,
      verdict: "accepted",
      preview: {
        ...{ project: "try", push: REVISION, guid: "a/0", state: "completed", result: "success", tier: 3 },
        ...{ options: ["debug"], group_symbol: "T", symbol: "M3" },
        logs: [{ name: "buildbot_text", url: "https://logs.example/1" }],
        details: [
          { kind: "link", title: "See", value: "the link", url: "https://h.example/" },
          { kind: "raw_html", title: "Summary", value: "It is <b>cool</b>", url: null },
        ],
        refused: [{ what: "link 1" }],
      },
    });
  });
});

describe("an error has its line and column", () => {
  it("in a single message", async () => {
    const text = `{\n "taskId": "a/0",\n "state": "done"\n}`;
    const view = await check(text);
    expect(view).toMatchObject({ accepted: 0, rejected: 1 });
    expect(placesOf(view)).toContain("/state 3:11");
  });

  it("in an array", async () => {
    const broken = aMessage({ taskId: "b/0", timeStarted: "yesterday" });
    const view = await check([aMessage(), broken]);
    expect(view.items.map(({ verdict }) => verdict)).toEqual(["accepted", "rejected"]);
    const text = JSON.stringify([aMessage(), broken], null, 2).split("\n");
    const line = text.findIndex((each) => each.includes("yesterday")) + 1;
    expect(placesOf(view)).toEqual([`/timeStarted ${line}:20`]);
  });

  it("in an envelope with several jobs, which is one of several messages", async () => {
    const envelope = { payload: [aMessage(), { ...aMessage(), state: "done" }], _meta: {} };
    const view = await check([aMessage(), envelope]);
    expect(view).toMatchObject({ accepted: 2, rejected: 1 });
    const text = JSON.stringify([aMessage(), envelope], null, 2).split("\n");
    const line = text.findIndex((each) => each.includes('"done"')) + 1;
    expect(placesOf(view)).toEqual([`/payload/1/state ${line}:18`]);
  });

  it("except in a text that is not JSON, where the parser says at which place it stops", async () => {
    const view = await check("{\n  no JSON");
    expect(only(view)).toMatchObject({
      verdict: "rejected",
      reason: "malformed-body",
      errors: [{ pointer: "", place: null, message: expect.stringContaining("line 2 column 3") }],
    });
  });
});

describe("the verdict is the same as the worker's", () => {
  it.each<[string, unknown, string]>([
    ["an empty text", "", "malformed-body"],
    ["an empty array", [], "malformed-body"],
    ["an item that is an array", [[aMessage()]], "schema-violation"],
    ["a message that is too long", `"${"x".repeat(limits.maxBodyBytes)}"`, "oversize-body"],
    ["too many jobs", Array.from({ length: limits.maxJobs + 1 }, () => ({})), "too-many-jobs"],
  ])("%s", async (_what, body, reason) => {
    expect(only(await check(body))).toMatchObject({ verdict: "rejected", reason });
  });

  it("a job in the state unscheduled is skipped", async () => {
    expect(only(await check(aMessage({ state: "unscheduled", result: undefined })))).toEqual({
      index: 0,
      verdict: "skipped",
    });
  });

  it("the registry's accept_projects applies where an exchange is named", async () => {
    const strict = { ...rules, acceptsProject: () => false };
    expect(only(await check(aMessage(), "e/jobs", strict))).toMatchObject({ reason: "project-not-accepted" });
    expect(await check(aMessage(), null, strict)).toMatchObject({ exchange: null, accepted: 1 });
  });
});

it("of very many jobs, the first hundred of each verdict are listed, and all are counted", async () => {
  const jobs = Array.from({ length: 600 }, (_, n) =>
    aMessage(n % 2 === 0 ? { taskId: `g/${n}` } : { taskId: `g/${n}`, state: "done" }),
  );
  const view = await check(jobs);
  expect(view).toMatchObject({ accepted: 300, rejected: 300, more: 400 });
  expect(view.items).toHaveLength(200);
  expect(view.items.at(-1)?.index).toBe(199);
});
