import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { readTiers } from "../../src/config/parse-tiers.ts";

const [a, b] = ["a".repeat(40), "b".repeat(40)];
let path: string;
beforeAll(() => {
  path = join(mkdtempSync(join(tmpdir(), "tiers-")), "tiers.yml");
});
afterAll(() => rmSync(join(path, ".."), { recursive: true }));

it("a missing file, or one that holds only comments, forces no tier", async () => {
  expect((await readTiers(path)).size).toBe(0);
  writeFileSync(path, "# none yet\n");
  expect((await readTiers(path)).size).toBe(0);
});

it("forces tier 2 and 3 by project and signature; 3 wins if a signature is in both", async () => {
  writeFileSync(path, `try:\n  tier_2: [${a}, ${b}]\n  tier_3: [${b}]\n`);
  const tiers = await readTiers(path);
  expect([...(tiers.get("try") ?? [])]).toEqual([
    [a, 2],
    [b, 3],
  ]);
});

it("reports an invalid signature with its line", async () => {
  writeFileSync(path, `try:\n  tier_2:\n    - ${a}\n    - nonsense\n`);
  await expect(readTiers(path)).rejects.toThrow(/tiers\.yml:4: try\.tier_2\[1\]: must be a signature/);
});

it.each([
  [
    "an unknown tier",
    "try:\n  tier_2: []\n  tier_4: []\n",
    /tiers\.yml:3: try: tier_4: unknown here; a project may have/,
  ],
  [
    "a project that is not a mapping",
    "try: 2\n",
    /tiers\.yml:1: try: must be a project: a mapping of tier_2, tier_3/,
  ],
  [
    "a number for a signature",
    "try:\n  tier_2:\n    - 12\n",
    /tiers\.yml:3: try\.tier_2\[0\]: must be a signature/,
  ],
  ["a text for a list", "try:\n  tier_3: x\n", /tiers\.yml:2: try\.tier_3: must be a list of signatures/],
  [
    "a name that no project can have",
    "mozilla-*:\n  tier_2: []\n",
    /tiers\.yml:1: mozilla-\*: is not a project name/,
  ],
  [
    "a name with an invisible character",
    'try: {}\n"try\\u200b": {}\n',
    /tiers\.yml:2: "try\\u200b": must not hold characters that cannot be seen/,
  ],
  ["a list of projects", "- try\n", /tiers\.yml:1: the file: must map names of projects/],
])("%s is reported with its line", async (_what, text, expected) => {
  writeFileSync(path, text);
  await expect(readTiers(path)).rejects.toThrow(expected);
});

it("reports a line that is not UTF-8", async () => {
  writeFileSync(path, Buffer.from("try: {}\n# caf\xe9\n", "latin1"));
  await expect(readTiers(path)).rejects.toThrow(/tiers\.yml:2: not UTF-8: save the file as UTF-8/);
});

it("one project may copy another's signatures with a merge key", async () => {
  writeFileSync(path, `try: &try\n  tier_2: [${a}]\nautoland:\n  <<: *try\n  tier_3: [${b}]\n`);
  expect([...((await readTiers(path)).get("autoland") ?? [])]).toEqual([
    [a, 2],
    [b, 3],
  ]);
});

it("reports the first hundred of many problems, and how many more there are", async () => {
  writeFileSync(path, `try:\n  tier_2:\n${"    - x\n".repeat(20_000)}`);
  await expect(readTiers(path)).rejects.toThrow(/tiers\.yml:102: .*\n.*tiers\.yml: and 19900 more$/);
});
