import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import draft04 from "ajv-draft-04";
import { load } from "js-yaml";
import { performanceSchema } from "../../src/submission/performance-schema.ts";

// The program takes this for granted, because checking it would slow down every start.
it.each<[string, unknown]>([
  ["a job message", load(readFileSync(new URL("../../schemas/pulse-job.yml", import.meta.url), "utf8"))],
  ["performance data", performanceSchema],
])("the schema of %s is a valid one by the draft that it names", (_of, schema) => {
  expect(schema).toHaveProperty("$schema", "http://json-schema.org/draft-04/schema#");
  const ajv = new draft04.default({ strict: false });
  const isValid = ajv.validateSchema(schema as Parameters<typeof ajv.validateSchema>[0]);
  expect([isValid, ajv.errors]).toEqual([true, null]);
});
