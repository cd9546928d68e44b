import * as z from "zod";
import type { TierOverrides } from "../domain/tiers.ts";
import { projectNameProblem } from "./registry-words.ts";
import { mapping, parseYaml, readText } from "./yaml-file.ts";

const aSignature = "must be a signature: 40 lower-case hex digits";
const signature = z.string(aSignature).regex(/^[0-9a-f]{40}$/, aSignature);
const signatures = z.array(signature, "must be a list of signatures, e.g. [0123...cdef]").default([]);
const file = z
  .record(
    z.string(),
    mapping("a project", { tier_2: signatures, tier_3: signatures }),
    "must map names of projects to tier_2 and tier_3",
  )
  .superRefine((projects, context) => {
    for (const name of Object.keys(projects)) {
      const message = projectNameProblem(name);
      if (message !== null) context.addIssue({ code: "custom", path: [name], message });
    }
  })
  .nullable();

/**
 * Reads the file of tiers and parses it with {@link parseTiers}. @throws Misuse as `parseTiers` does, and if the file cannot be
 * read.
 */
export async function readTiers(path: string): Promise<TierOverrides> {
  return parseTiers(path, await readText(path));
}

/**
 * Returns which signatures are forced to tier 2 or 3. If a signature is in both lists, tier 3 wins.
 *
 * @param path - the file's path, for error messages.
 * @param text - null if there is no such file, which is allowed.
 * @throws Misuse with all problems together, each with file and line.
 */
export function parseTiers(path: string, text: string | null): TierOverrides {
  const projects = text === null ? null : parseYaml(path, text, file).value;
  return new Map(
    Object.entries(projects ?? {}).map(([project, { tier_2, tier_3 }]) => [
      project,
      new Map<string, 2 | 3>([...tier_2.map((s) => [s, 2] as const), ...tier_3.map((s) => [s, 3] as const)]),
    ]),
  );
}
