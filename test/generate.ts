/** `npm run generate`: writes the files that are made from others. Tests compare them with what is made anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { load } from "js-yaml";
import { compile, type JSONSchema } from "json-schema-to-typescript";
import { settingsPage } from "./settings-page.ts";

export const settingsFile = new URL("../config/settings.md", import.meta.url);
export const typesFile = new URL("../src/validate/message-types.ts", import.meta.url);
const schemaFile = new URL("../schemas/pulse-job.yml", import.meta.url);

/** The types of a job message, made from its schema. */
export async function messageTypes(): Promise<string> {
  const schema = load(readFileSync(schemaFile, "utf8")) as JSONSchema;
  return compile(schema, "PulseJob", {
    bannerComment: "// Made from schemas/pulse-job.yml by `npm run generate`: change it there.",
    additionalProperties: true,
    unknownAny: true,
    style: { printWidth: 110 },
  });
}

if (process.argv[1]?.endsWith("generate.ts")) {
  writeFileSync(settingsFile, settingsPage());
  writeFileSync(typesFile, await messageTypes());
}
