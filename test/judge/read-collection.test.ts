import { gzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import type { CollectionKind } from "../../src/domain/collection.ts";
import { collectionAt } from "../../src/domain/collection.ts";
import { faultErrors } from "../../src/domain/explain-fault.ts";
import { type CollectionOptions, readCollection } from "../../src/judge/read-collection.ts";
import { limits } from "../examples.ts";
import { aJobItem, anArtifactItem, aResultSetItem, itemRules } from "./an-item.ts";

const MIB = 1024 * 1024;

function optionsOf(kind: CollectionKind, overrides: Partial<CollectionOptions> = {}): CollectionOptions {
  return { kind, project: "try", maxItems: 20_000, ...itemRules, ...overrides };
}

/** Reads a body, and returns the kinds and faults of its items, or the reason why it is refused as a whole. */
async function read(
  body: unknown,
  kind: CollectionKind = "jobs",
  overrides: Partial<CollectionOptions> = {},
) {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const result = await readCollection(bytes, optionsOf(kind, overrides));
  if (!result.ok) return { refused: result.kind, detail: result.detail };
  const { jobs, verdictOf } = result.reading;
  return { verdicts: Array.from({ length: jobs }, (_, index) => verdictOf(index)) };
}

async function kindsOf(
  body: unknown,
  kind: CollectionKind = "jobs",
  overrides: Partial<CollectionOptions> = {},
) {
  const { verdicts } = await read(body, kind, overrides);
  return verdicts?.map((verdict) => (verdict.kind === "rejected" ? verdict.fault.reason : verdict.kind));
}

describe("a body is refused as a whole", () => {
  it.each<[string, string | Buffer, string, string]>([
    ["that is empty", "", "malformed", "the body is empty"],
    ["of white space", " \n", "malformed", "the body ends too early"],
    ["that ends early", '[{"job":', "malformed", "the body ends too early"],
    ["with an error after valid items", '[{},\n {"a" 1}]', "malformed", 'unexpected "1" at line 2 column 7'],
    ["with a comma too many", "[1,]", "malformed", 'unexpected "]" at line 1 column 4'],
    ["with something after the list", "[] x", "malformed", 'unexpected "x" at line 1 column 4'],
    [
      "with NaN",
      "[NaN]",
      "malformed",
      "NaN and Infinity are not JSON: leave the number out at line 1 column 2",
    ],
    [
      "with -Infinity",
      "[-Infinity]",
      "malformed",
      "NaN and Infinity are not JSON: leave the number out at line 1 column 3",
    ],
    [
      "with a byte order mark",
      "\ufeff[]",
      "malformed",
      "the body begins with a byte order mark; leave the mark out",
    ],
    ["with a tab in a text", '["é\t"]', "malformed", "unexpected control character at line 1 column 4"],
    ["with a foreign character", "[é]", "malformed", 'unexpected "\\u00e9" at line 1 column 2'],
    ["with a no-break space", "[\n\u00a0]", "malformed", 'unexpected "\\u00a0" at line 2 column 1'],
    ["that is gzip", gzipSync("[]"), "malformed", "the body is gzip data: send it as UTF-8"],
    [
      "that is UTF-16",
      Buffer.from("[]", "utf16le"),
      "malformed",
      "the body is UTF-16 data: send it as UTF-8",
    ],
    [
      "that is not UTF-8",
      Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]),
      "malformed",
      "the body is not valid UTF-8",
    ],
    [
      "with a lone surrogate",
      Buffer.from([0x5b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x5d]),
      "malformed",
      "the body is not valid UTF-8",
    ],
    ["that is an object", "{}", "not-a-list", "The body must be a list of items."],
    ["that is null", " null ", "not-a-list", "The body must be a list of items."],
    ["that is an object with an error", "{]", "malformed", 'unexpected "]" at line 1 column 2'],
  ])("%s", async (_case, body, refused, detail) => {
    const told = refused === "malformed" ? `JSON parse error - ${detail}` : detail;
    expect(await read(body)).toEqual({ refused, detail: told });
  });

  it("with more items than allowed, before any of them is judged", async () => {
    const detail = "The body holds more than 2 items: send them in several requests.";
    expect(await read("[1,2,3]", "jobs", { maxItems: 2 })).toEqual({ refused: "too-many-items", detail });
    expect(await kindsOf("[1,2]", "jobs", { maxItems: 2 })).toEqual(["schema-violation", "schema-violation"]);
  });
});

it("MAX_JOBS_PER_MESSAGE does not limit what a client posts: neither its items, nor a list instead of an item", async () => {
  const items = Array.from({ length: limits.maxJobs + 1 }, () => 5);
  expect(await kindsOf(items)).toEqual(items.map(() => "schema-violation"));
  const list = `[[${"{},".repeat(itemRules.maxObjects)}{}]]`;
  expect(await kindsOf(list)).toEqual(["too-many-objects"]);
});

describe("an item", () => {
  it("that is invalid does not affect the others", async () => {
    const body = [aJobItem(), 5, aJobItem({ name: 5 }), [], aJobItem({ job_guid: "guid/1" })];
    const bad = "schema-violation";
    expect(await kindsOf(body)).toEqual(["accepted", bad, bad, bad, "accepted"]);
  });

  it("that is too long, too deep or has too many objects is rejected alone, and its bytes are kept", async () => {
    const long = JSON.stringify(aJobItem({ desc: "x".repeat(itemRules.maxBodyBytes) }));
    const deep = `{"job":${"[".repeat(100)}${"]".repeat(100)}}`;
    const many = `{"job":[${"{},".repeat(itemRules.maxObjects)}{}]}`;
    const { verdicts } = await read(`[${[long, deep, many, JSON.stringify(aJobItem())].join(" , ")}]`);
    const { maxBodyBytes: limitBytes, maxObjects: limit } = itemRules;
    const unread = { kind: "rejected", payload: undefined, project: "try", task_id: null };
    expect(verdicts).toMatchObject([
      { ...unread, fault: { reason: "oversize-body", bytes: long.length + 1, limitBytes } },
      { ...unread, fault: { detail: "the body is nested deeper than 64 levels (MAX_DEPTH)" } },
      { ...unread, fault: { reason: "too-many-objects", limit } },
      { kind: "accepted" },
    ]);
    const advice = (verdicts ?? []).flatMap((one) =>
      one.kind === "rejected" ? faultErrors(one.fault).map(({ message }) => message) : [],
    );
    expect(advice).toEqual([
      expect.stringMatching(/: shorten the item, or put long text into a log$/),
      expect.stringMatching(/; nest it less deeply$/),
      expect.stringMatching(/: shorten the item, or put large data into a log$/),
    ]);
    const [first, second] = verdicts ?? [];
    expect(first).toMatchObject({ raw: { oversize: { bytes: long.length + 1, limitBytes } } });
    expect(first?.kind === "rejected" && first.raw?.body.length).toBe(4096);
    expect(second?.kind === "rejected" && second.raw?.body.toString().trim()).toBe(deep);
  });

  it("gets the same verdict each time, in any order, and there is no item after the last one", async () => {
    const body = Buffer.from(JSON.stringify([aJobItem(), aJobItem({ name: 1 })]));
    const result = await readCollection(body, optionsOf("jobs"));
    if (!result.ok) throw new Error(result.detail);
    const { verdictOf } = result.reading;
    expect(verdictOf(1)).toEqual(verdictOf(1));
    expect(verdictOf(0).kind).toBe("accepted");
    expect(() => verdictOf(2)).toThrow("there is no item 2 among 2");
  });

  it("with a name twice has its last value, and a member called __proto__ is data", async () => {
    const text = JSON.stringify(aJobItem()).replace("{", '{"__proto__":{"job":1},"revision":"x",');
    const { verdicts } = await read(`[${text}]`);
    expect(verdicts).toMatchObject([{ kind: "accepted", submission: { revision: "a".repeat(40) } }]);
  });

  it("with a lone surrogate has U+FFFD instead, also in the name of an option", async () => {
    const item = '{"revision":"r","job":{"job_guid":"\\ud800","option_collection":{"\\udc00":1}}}';
    const { verdicts } = await read(`[${item}]`);
    expect(verdicts).toMatchObject([{ submission: { job: { job_guid: "\ufffd", options: ["\ufffd"] } } }]);
  });
});

describe("a list of artifacts", () => {
  const summary = (job_guid: string) =>
    anArtifactItem({ job_guid, name: "text_log_summary", blob: { step_data: { all_errors: [] } } });
  const suggestions = (job_guid: string, overrides = {}) =>
    anArtifactItem({ job_guid, name: "Bug suggestions", blob: [], ...overrides });

  it.each<[string, readonly unknown[], (string | null)[]]>([
    ["no suggestions are in the list", [summary("a"), summary("b")], ["a", "b"]],
    ["suggestions follow", [summary("a"), summary("b"), suggestions("a")], [null, "b", null]],
    ["suggestions come before", [suggestions("b"), summary("a"), summary("b")], [null, "a", null]],
    ["suggestions cannot be stored", [summary("a"), suggestions("a", { type: "" })], ["a", null]],
    [
      "only a blob contains the words",
      [summary("a"), anArtifactItem({ job_guid: "a", blob: "Bug suggestions" })],
      ["a", null],
    ],
  ])("gets suggestions for each summary without them: %s", async (_case, body, made) => {
    const { verdicts = [] } = await read(body, "artifact");
    const guids = verdicts.map((verdict) =>
      verdict.kind === "artifact" && verdict.artifact.suggestions_for !== null
        ? verdict.artifact.job_guid
        : null,
    );
    expect(guids).toEqual(made);
  });
});

describe("16 MiB of anything are read in small steps:", () => {
  const fill = (text: string): string => text.repeat(Math.floor((16 * MIB) / text.length));
  it.each<[string, () => string, string]>([
    ["opening brackets", () => fill("["), "malformed"],
    ["lists in lists", () => "[".repeat(8 * MIB) + "]".repeat(8 * MIB), "oversize-body"],
    ["objects", () => `[${fill("{},")}{}]`, "too-many-items"],
    ["objects in one item", () => `[[${fill("{},")}{}]]`, "oversize-body"],
    ["digits", () => `[${fill("1")}]`, "oversize-body"],
    ["one text", () => `["${fill("x")}"]`, "oversize-body"],
    ["escapes in one text", () => `["${fill("\\u00e9")}"]`, "oversize-body"],
    ["quotes in one text", () => `["${fill('\\"')}"]`, "oversize-body"],
    ["white space", () => fill(" \n"), "malformed"],
    ["lines with an error in the last one", () => `[${fill("\n")}x`, "malformed"],
    ["members with the same name", () => `[{${fill('"a":1,')}"a":1}]`, "oversize-body"],
    ["nesting by names", () => `[${'{"a":'.repeat(2 * MIB)}1${"}".repeat(2 * MIB)}]`, "oversize-body"],
  ])("%s", async (_case, made, expected) => {
    const body = Buffer.from(made());
    let turns = 0;
    let isReading = true;
    const count = (): void => {
      turns++;
      if (isReading) setImmediate(count);
    };
    setImmediate(count);
    const result = await readCollection(body, optionsOf("jobs"));
    isReading = false;
    const told = result.ok ? result.reading.verdictOf(0) : result;
    expect(told.kind === "rejected" ? told.fault.reason : told.kind).toBe(expected);
    if (expected !== "too-many-items") expect(turns).toBeGreaterThan(1);
  });
});

it.each<[string, unknown]>([
  ["/api/project/try/jobs/", { kind: "jobs", project: "try" }],
  ["/api/project/my_repo-1/resultset/", { kind: "resultset", project: "my_repo-1" }],
  ["/api/project/try/artifact/", { kind: "artifact", project: "try" }],
  ["/api/project/try/jobs/5/update_state/", null],
  ["/api/project/try/jobs", null],
  [`/api/project/${"p".repeat(51)}/jobs/`, null],
  ["/api/project/a/b/jobs/", null],
])("the endpoint %s determines what is posted to it", (endpoint, collection) => {
  expect(collectionAt(endpoint)).toEqual(collection);
});

it("a revision that several pushes of a list name is only in the last of them, whichever verdict is requested first", async () => {
  const later = aResultSetItem({
    revision: "c".repeat(40),
    revisions: [{ revision: "b".repeat(12), author: "c@x", repository: "try" }],
  });
  const refused = aResultSetItem({ push_timestamp: "never" });
  const { verdicts } = await read([aResultSetItem(), later, refused], "resultset");
  const rows = verdicts?.map((verdict) =>
    verdict.kind === "push" ? verdict.resultSet.revisions.map(({ revision }) => revision[0]) : verdict.kind,
  );
  expect(rows).toEqual([["a"], ["b"], "rejected"]);
});
