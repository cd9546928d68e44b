/** `npm run generate`: writes the files that are made from others. Tests compare them with what it would write now. */
import { readFileSync, writeFileSync } from "node:fs";
import { load } from "js-yaml";
import { compile, type JSONSchema } from "json-schema-to-typescript";
import { settingsPage } from "./settings-page.ts";

/** Generated types: the file, and the schemas that it is made from. */
export const typeFiles = [
  { file: "src/validate/message-types.ts", schemas: ["pulse-job.yml"] },
  {
    file: "src/validate/item-types.ts",
    schemas: ["job-item.yml", "result-set-item.yml", "artifact-item.yml"],
  },
] as const;

export const settingsFile = new URL("../config/settings.md", import.meta.url);

/** Returns the address of a file of the project. */
export function projectFile(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}

/** Returns the types of what fits these schemas. Each schema's title is the name of its type. */
export async function typesOf(schemas: readonly string[]): Promise<string> {
  const named = schemas.map((schema) => `schemas/${schema}`);
  const parts = [`// Made from ${named.join(", ")} by \`npm run generate\`: change it there.\n`];
  for (const path of named) {
    const schema = load(readFileSync(projectFile(path), "utf8")) as JSONSchema;
    const types = await compile(schema, path, {
      bannerComment: "",
      additionalProperties: true,
      unknownAny: true,
      style: { printWidth: 110 },
    });
    parts.push(types);
  }
  return parts.join("\n");
}

if (process.argv[1]?.endsWith("generate.ts")) {
  writeFileSync(settingsFile, settingsPage());
  for (const { file, schemas } of typeFiles) writeFileSync(projectFile(file), await typesOf(schemas));
}
