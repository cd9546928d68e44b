import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import draft04 from "ajv-draft-04";
import { load } from "js-yaml";
import * as z from "zod";
import { normaliseJob } from "../../src/normalise/normalise-job.ts";
import { performanceSchema } from "../../src/submission/performance-schema.ts";
import { loadCollectionSchemas, whyNotFitting } from "../../src/validate/collection-schemas.ts";
import { validateJob } from "../../src/validate/validate-job.ts";
import { aMessage, schemas } from "../examples.ts";

const folder = new URL("../../schemas/", import.meta.url);
const schemaOf = (file: string): unknown => load(readFileSync(new URL(file, folder), "utf8"));
const files = readdirSync(folder).filter((file) => file !== "openapi.yml");

// The program does not check this, because the check would slow down every start.
it.each<[string, unknown]>([
  ...files.map((file): [string, unknown] => [file, schemaOf(file)]),
  ["performance data", performanceSchema],
])("the schema of %s is valid according to the draft that it names", (_of, schema) => {
  expect(schema).toHaveProperty("$schema", "http://json-schema.org/draft-04/schema#");
  const ajv = new draft04.default({ strict: false });
  const isValid = ajv.validateSchema(schema as Parameters<typeof ajv.validateSchema>[0]);
  expect([isValid, ajv.errors]).toEqual([true, null]);
});

it("no schema has an unquoted question mark in a flow mapping, because PyYAML cannot read such a file", () => {
  const unreadable = readdirSync(folder).flatMap((file) => {
    const lines = readFileSync(new URL(file, folder), "utf8").split("\n");
    return lines.filter((line) => /\{[^"'#]*\?/.test(line)).map((line) => `${file}: ${line.trim()}`);
  });
  expect(unreadable).toEqual([]);
});

it("the published schema of performance data is the one against which items are checked", () => {
  const { definitions } = z
    .object({ definitions: z.object({ item: z.unknown() }) })
    .parse(schemaOf("performance-data.yml"));
  const { $schema: _draft, ...item } = performanceSchema;
  expect(definitions.item).toEqual(item);
});

const { blobs } = loadCollectionSchemas();

function misfitsOf(artifacts: Iterable<readonly [name: string, blob: unknown]>): unknown[] {
  return [...artifacts].flatMap(([name, blob]) => {
    const schema = blobs.get(name);
    const why = schema === undefined ? null : whyNotFitting(blob, schema);
    return why === null ? [] : [{ name, why }];
  });
}

it("the artifacts that are made from a Pulse message fit the schemas of their blobs", () => {
  const time = "2016-07-01T10:00:00Z";
  const step = { name: "s", timeStarted: time, timeFinished: time, lineStarted: 0, lineFinished: 1 };
  const steps = [{ ...step, result: "fail", errors: [{ line: "x", linenumber: 1 }] }];
  const message = aMessage({
    jobInfo: { summary: "<b>s</b>", links: [{ url: "http://x/", linkText: "t", label: "l" }] },
    logs: [{ name: "custom", url: "http://x/", steps }],
  });
  const valid = validateJob(message, schemas);
  const job = valid.ok ? normaliseJob(valid.value) : valid;
  if (!job.ok) throw new Error(JSON.stringify(job.fault));
  const made = z
    .array(z.object({ name: z.string(), blob: z.unknown() }))
    .length(2)
    .parse(job.value.job.artifacts);
  expect(misfitsOf(made.map(({ name, blob }) => [name, blob]))).toEqual([]);
});

const logs = new URL("../../../shared/reference/logs/", import.meta.url);
if (!existsSync(logs)) it.todo("needs the reference logs");
else {
  it("the artifacts of real logs fit the schemas of their blobs", () => {
    const expected = readdirSync(logs).filter((name) => name.endsWith(".expected.json"));
    expect(expected.length).toBeGreaterThan(3);
    for (const name of expected) {
      const artifacts = z
        .record(z.string(), z.unknown())
        .parse(JSON.parse(readFileSync(new URL(name, logs), "utf8")));
      expect([name, misfitsOf(Object.entries(artifacts))]).toEqual([name, []]);
    }
  });
}
