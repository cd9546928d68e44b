import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { SuggestionsWriter, suggestBugs } from "../../../src/bugs/lookup/suggest-bugs.ts";
import { errorLinesOf } from "../../../src/bugs/lookup/summary-errors.ts";
import type { Artifact } from "../../../src/domain/submission.ts";
import { logArtifacts } from "../../../src/logs/parse/log-artifacts.ts";
import { defaultLogLimits, parseLog } from "../../../src/logs/parse/log-parser.ts";
import { indexBugs } from "../../bugs/lookup/index-bugs.ts";

const folder = fileURLToPath(new URL("../../../../shared/reference/logs", import.meta.url));
const names = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => file.endsWith(".txt.gz"))
      .map((file) => file.slice(0, -".txt.gz".length))
  : [];
if (names.length === 0) console.warn(`LEFT OUT: no real logs to compare with in ${folder}`);

describe("real logs have their known artifacts", () => {
  if (names.length === 0) it.todo("needs the reference logs");
  for (const name of names) {
    it(name, async () => {
      const result = await parseLog(
        { contentEncoding: "", bytes: createReadStream(join(folder, `${name}.txt.gz`)) },
        defaultLogLimits,
        true,
      );
      if (!result.ok) throw new Error(JSON.stringify(result.fault));
      const artifacts = logArtifacts(result.summary, "LOGURL");
      artifacts.push(suggestionsOf(artifacts[0]?.blob ?? ""));
      const blobs = Object.fromEntries(artifacts.map(({ name, blob }) => [name, JSON.parse(blob)]));
      const expected = JSON.parse(readFileSync(join(folder, `${name}.expected.json`), "utf8"));
      expect(blobs).toEqual(expected);
    });
  }
});

function suggestionsOf(summary: string): Artifact {
  const writer = new SuggestionsWriter(defaultLogLimits.artifactBytes);
  for (const suggestion of suggestBugs(errorLinesOf(summary), indexBugs([]), 0)) writer.add(suggestion);
  const written = writer.end();
  if (!written.ok) throw new Error(JSON.stringify(written.fault));
  return written.artifact;
}
