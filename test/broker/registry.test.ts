import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { matches, readRegistry } from "../../src/broker/registry.ts";
import { Misuse } from "../../src/domain/faults.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "registry-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function read(text: string, deployment?: string) {
  const path = join(folder, "exchanges.yml");
  writeFileSync(path, text);
  return readRegistry(path, deployment);
}

/** What is wrong, each from the line number on. */
async function problems(text: string, deployment?: string): Promise<string[]> {
  const error: unknown = await read(text, deployment).catch((thrown: unknown) => thrown);
  if (!(error instanceof Misuse)) throw new Error(`no Misuse: ${String(error)}`);
  return error.problems.map((problem) => problem.replace(`${join(folder, "exchanges.yml")}:`, ""));
}

const entry = (lines: string) => `exchanges:\n  - exchange: e\n${lines}`;
const lists = "    destinations: [a, b]\n    projects: [x, y, x]\n";

describe("a registry", () => {
  it("binds every destination with every project, without doubles", async () => {
    const { bindings, exchanges } = await read(`${entry(lists)}  - exchange: e\n${lists}`);
    expect(bindings.map((b) => b.routing_key)).toEqual(["a.x", "b.x", "a.y", "b.y"]);
    expect(exchanges).toEqual(["e"]);
  });

  it("passes by entries of other deployments; without a deployment all count", async () => {
    const text = `${entry(`${lists}    deployments: [staging]\n`)}  - exchange: f\n${lists}`;
    expect((await read(text, "production")).exchanges).toEqual(["f"]);
    expect((await read(text, "staging")).exchanges).toEqual(["e", "f"]);
    expect((await read(text)).exchanges).toEqual(["e", "f"]);
    expect(await problems(entry(`${lists}    deployments: [staging]\n`), "production")).toEqual([
      expect.stringContaining("no entry is for DEPLOYMENT=production"),
    ]);
  });

  it("accepts every project unless each entry of the exchange restricts it", async () => {
    const restricted = entry(`${lists}    accept_projects: ['try', 'mozilla-*']\n`);
    const { acceptsProject } = await read(restricted);
    expect(["try", "mozilla-x", "try2", "x"].map((name) => acceptsProject("e", name))).toEqual([
      ...[true, true, false, false],
    ]);
    const open = await read(`${restricted}  - exchange: e\n${lists}`);
    expect(open.acceptsProject("e", "anything")).toBe(true);
  });

  it("accepts of an exchange that is not listed what every listed one may write to", async () => {
    const restricted = entry(`${lists}    accept_projects: ['try', 'mozilla-*']
`);
    const other = `  - exchange: f\n${lists}`;
    for (const [text, accepted] of [
      [restricted, ["try"]],
      [`${restricted}${other}`, ["try"]],
      [`${restricted}${other}    accept_projects: [x]\n`, []],
      [entry(lists), ["try", "x"]],
    ] as const) {
      const { acceptsProject } = await read(text);
      expect(["try", "x"].filter((name) => acceptsProject("bound/to/e", name))).toEqual(accepted);
    }
  });

  it.each([
    [
      "a missing list",
      "    projects: [x]\n",
      "2: exchanges[0].destinations: must be a list that names at least",
    ],
    [
      "a text in the place of a list",
      "    destinations: [a]\n    projects: x\n",
      "4: exchanges[0].projects: must",
    ],
    [
      "an empty list",
      "    destinations: []\n    projects: [x]\n",
      "3: exchanges[0].destinations: must be a list",
    ],
    [
      "a number in a list",
      "    destinations: [1]\n    projects: [x]\n",
      "3: exchanges[0].destinations[0]: must be text",
    ],
    [
      "an empty text in a list, on its own line",
      "    destinations:\n      - a\n      # nothing\n      - ''\n    projects: [x]\n",
      "6: exchanges[0].destinations[1]: must not be empty",
    ],
    [
      "a list without a value",
      "    destinations:\n    projects: [x]\n",
      "3: exchanges[0].destinations: must be a list",
    ],
    [
      "patterns that are no list",
      `${lists}    accept_projects: try\n`,
      "5: exchanges[0].accept_projects: must be a list that names at least one pattern, e.g. ['try', 'mozilla-*']",
    ],
    [
      "deployments that are none",
      `${lists}    deployments: []\n`,
      "5: exchanges[0].deployments: must be a list that names at least one deployment",
    ],
    [
      "a member nobody knows",
      `${lists}    project: x\n`,
      "5: exchanges[0]: project: not known here; an entry may have exchange, destinations, projects, accept_projects",
    ],
    [
      "an entry that is none",
      `${lists}  - f\n`,
      "5: exchanges[1]: must be an entry: a mapping of exchange, destinations, projects",
    ],
    [
      "an exchange that is missing",
      `${lists}  - destinations: [a]\n    projects: [x]\n`,
      "5: exchanges[1].exchange: must be text",
    ],
    [
      "a name that is too long for a broker",
      `${lists}  - exchange: ${"é".repeat(128)}\n    destinations: [a]\n    projects: [x]\n`,
      "5: exchanges[1].exchange: must not be longer than 255 bytes",
    ],
    [
      "a routing key that is too long for a broker",
      `    destinations: [abcdef]\n    projects:\n      - x\n      - ${"x".repeat(250)}\n`,
      "6: exchanges[0].projects[1]: the routing key abcdef.xxxxxxxxxxxxxxxxxxxx… is longer than 255 bytes",
    ],
  ])("%s is told with line, entry and mend", async (_what, lines, expected) => {
    expect(await problems(entry(lines))).toEqual([expect.stringContaining(expected)]);
  });

  it.each([
    ["[#]", 4],
    ["['mozilla-*', #]", 5],
    ["[*]", 4],
    ["*", 4],
  ])(
    "a wildcard without quotes, %s, is told with the mend, whatever the parser makes of it",
    async (projects, line) => {
      const told = await problems(entry(`    destinations: [a-*]\n    projects: ${projects}\n`));
      expect(told).toEqual([expect.stringContaining(`${line}: not YAML`)]);
      expect(told[0]).toMatch(/; line 4: what begins with \* or # is written in quotes, as in '#'$/);
    },
  );

  it.each([
    ["flow style", '{"exchanges": [\n{"exchange": "e", "destinations": ["a"],\n"projects": "x"}]}', 3],
    ["flow style within a list", "exchanges:\n  - {exchange: e, destinations: [a],\n     projects: x}\n", 3],
    ["keys in quotes", "'exchanges':\n  - exchange: e\n    destinations: [a]\n    \"projects\": x\n", 4],
    [
      "a comment that looks like the key",
      `${entry("    destinations: [a]\n    # projects: no\n    projects: x\n")}`,
      5,
    ],
    [
      "a text that looks like the key",
      `${entry("    destinations:\n      - 'projects: no'\n    projects: x\n")}`,
      5,
    ],
    ["lists that are not indented", "exchanges:\n- exchange: e\n  destinations:\n  - a\n  projects: x\n", 5],
    [
      "an alias, where the anchor is",
      "exchanges:\n  - &first\n    exchange: e\n    destinations: [a]\n    projects: x\n  - *first\n",
      5,
    ],
    [
      "a document that begins late",
      `%YAML 1.2\n---\n# ours\n${entry("    destinations: [a]\n    projects: x\n")}`,
      7,
    ],
  ])("the line is right in %s", async (_what, text, line) => {
    const [first] = await problems(text);
    expect(first).toMatch(new RegExp(`^${line}: exchanges\\[0\\]\\.projects: must be a list`));
  });

  it("tells all problems at once, each by the line of its own entry, also among comments and CRLF", async () => {
    const text = `# ours\n${entry(lists)}\n  # theirs\n  - exchange: f\n    destinations: [a]\n    projects: []\n    what: 1\n`;
    for (const lineEnds of [text, text.replaceAll("\n", "\r\n")]) {
      expect(await problems(lineEnds)).toEqual([
        expect.stringMatching(/^10: exchanges\[1\]\.projects: /),
        expect.stringMatching(/^11: exchanges\[1\]: what: not known here/),
      ]);
    }
  });

  it.each([
    ["no entry", "exchanges: []\n", "at least one exchange"],
    ["nothing at all", "", "1: the file: must be the registry: a mapping of exchanges"],
    ["a list of entries alone", "- exchange: e\n", "1: the file: must be the registry"],
    ["two documents", "exchanges: []\n---\nexchanges: []\n", "2 YAML documents"],
    ["broken YAML", "exchanges:\n  - exchange: [\n", "not YAML"],
    ["a key twice", "exchanges: []\nexchanges: []\n", "not YAML"],
  ])("%s is an error", async (_what, text, expected) => {
    expect(await problems(text)).toEqual([expect.stringContaining(expected)]);
  });
});

it.each([
  ["try", "try", true],
  ["try", "try2", false],
  ["*", "", true],
  ["a*b", "ab", true],
  ["a*b", "a", false],
  ["a*b*c", "a-b-b-c", true],
  ["a*bc", "abcbc", true],
  ["aa*aa", "aaa", false],
])("the pattern %s, the project %s: %s", (pattern, name, expected) => {
  expect(matches(pattern, name)).toBe(expected);
});
