import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { load } from "js-yaml";
import * as z from "zod";
import { matches } from "../../src/config/pattern-index.ts";
import { readRegistry } from "../../src/config/registry.ts";
import { PROJECT_NAME } from "../../src/config/registry-words.ts";
import { Misuse } from "../../src/domain/faults.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "registry-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function read(text: string | Buffer, deployment?: string) {
  const path = join(folder, "exchanges.yml");
  writeFileSync(path, text);
  return readRegistry(path, deployment);
}

/** Returns the problems, each starting with its line number. */
async function problems(text: string | Buffer, deployment?: string): Promise<string[]> {
  const error: unknown = await read(text, deployment).catch((thrown: unknown) => thrown);
  if (!(error instanceof Misuse)) throw new Error(`no Misuse: ${String(error)}`);
  return error.problems.map((problem) => problem.replace(`${join(folder, "exchanges.yml")}:`, ""));
}

/** The CPU time of this process, so that other work on the machine does not count. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const entry = (lines: string) => `exchanges:\n  - exchange: e\n${lines}`;
const lists = "    destinations: [a, b]\n    projects: [x, y, x]\n";

describe("a registry", () => {
  it("binds every destination with every project, without duplicates", async () => {
    const { bindings, exchanges } = await read(`${entry(lists)}  - exchange: e\n${lists}`);
    expect(bindings.map((b) => b.routing_key)).toEqual(["a.x", "b.x", "a.y", "b.y"]);
    expect(exchanges).toEqual(["e"]);
  });

  it("ignores entries of other deployments; without a deployment all entries count", async () => {
    const text = `${entry(`${lists}    deployments: [staging]\n`)}  - exchange: f\n${lists}`;
    expect((await read(text, "production")).exchanges).toEqual(["f"]);
    expect((await read(text, "staging")).exchanges).toEqual(["e", "f"]);
    expect((await read(text)).exchanges).toEqual(["e", "f"]);
    expect(await problems(entry(`${lists}    deployments: [staging]\n`), "production")).toEqual([
      expect.stringContaining("no entry is for DEPLOYMENT=production; the entries are for staging"),
    ]);
  });

  it("accepts the projects of all lists of an exchange; an entry without a list does not lift the limit", async () => {
    const restricted = entry(`${lists}    accept_projects: ['try', 'mozilla-*']\n`);
    const accepted = async (text: string) => {
      const { acceptsProject } = await read(text);
      return ["try", "mozilla-x", "try2", "x"].filter((name) => acceptsProject("e", name));
    };
    expect(await accepted(restricted)).toEqual(["try", "mozilla-x"]);
    const second = `${restricted}  - exchange: e\n${lists}`;
    expect(await accepted(`${second}    accept_projects: [x]\n`)).toEqual(["try", "mozilla-x", "x"]);
    expect(await accepted(second)).toEqual(["try", "mozilla-x"]);
    expect(await accepted(`${entry(lists)}  - exchange: e\n${lists}`)).toHaveLength(4);
  });

  it("determines how long the jobs of a project are kept: the exact name before patterns, the first pattern before others", async () => {
    const text = `${entry(lists)}retain:\n  'mozilla-*': 365\n  '*-central': 7\n  try: 0.5\n  mozilla-central: 0\n`;
    const { retainedDays } = await read(text);
    const projects = ["try", "mozilla-central", "mozilla-beta", "comm-central", "other"];
    expect(projects.map(retainedDays)).toEqual([0.5, 0, 365, 7, null]);
    expect((await read(entry(lists))).retainedDays("try")).toBeNull();
  });

  it.each([
    ["retain: 30", "5: retain: must map names of projects to days"],
    [
      "retain:\n  try: soon",
      "6: retain.try: must be a number of days from 0 to 36500; 0 keeps jobs for ever",
    ],
    ["retain:\n  try: -1", "6: retain.try: must be a number of days"],
    ["retain:\n  'try/x': 1", "6: retain.try/x: matches no project"],
  ])("%j is an error with its line", async (given, expected) => {
    expect(await problems(`${entry(lists)}${given}\n`)).toEqual([expect.stringContaining(expected)]);
  });

  it("warns about each entry without accept_projects if that lets one publisher change another's jobs", async () => {
    const warnings = async (text: string, deployment?: string) =>
      (await read(text, deployment)).warnings.map((each) =>
        each.replace(`${join(folder, "exchanges.yml")}:`, ""),
      );
    const limited = `${lists}    accept_projects: [try]\n`;
    expect(await warnings(entry(lists))).toEqual([]);
    expect(await warnings(`${entry(lists)}  - exchange: e\n${lists}`)).toEqual([]);
    expect(await warnings(`${entry(limited)}  - exchange: f\n${limited}`)).toEqual([]);
    expect(await warnings(`${entry(limited)}  - exchange: f\n${lists}  - exchange: e\n${lists}`)).toEqual([
      "6: exchanges[1]: has no accept_projects, so f may write to every project, and change jobs of the other exchanges",
      "9: exchanges[2]: has no accept_projects, so the lists of the other entries for e apply to all its messages",
    ]);
    const staged = `${entry(`${lists}    deployments: [staging]\n`)}  - exchange: f\n${lists}`;
    expect(await warnings(staged, "production")).toEqual([]);
    expect(await warnings(staged, "staging")).toHaveLength(2);
  });

  it("accepts from an unlisted exchange only projects that every listed one may write to", async () => {
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
      "a text instead of a list",
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
      "a word that YAML reads as a boolean",
      "    destinations: [a]\n    projects: [true]\n",
      "4: exchanges[0].projects[0]: must be text, but YAML reads it as the boolean true: put it in quotes",
    ],
    [
      "a list within a list",
      "    destinations: [a]\n    projects: [[x]]\n",
      "4: exchanges[0].projects[0]: must be text, not a list or a mapping",
    ],
    [
      "a dash without a name",
      "    destinations:\n      - a\n      # - b\n      -\n    projects: [x]\n",
      "6: exchanges[0].destinations[1]: must be text, but is empty or null",
    ],
    [
      "the second of two dashes without a name, after a text of two lines",
      '    destinations:\n      - "a\n        - b"\n      - c\n      - # nothing\n    projects: [x]\n',
      "7: exchanges[0].destinations[2]: must be text, but is empty or null",
    ],
    [
      "a dash without an entry",
      `${lists}  -\n`,
      "5: exchanges[1]: must be an entry: a mapping of exchange, destinations, projects",
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
      "patterns that are not a list",
      `${lists}    accept_projects: try\n`,
      "5: exchanges[0].accept_projects: must be a list that names at least one pattern, e.g. ['try', 'mozilla-*']",
    ],
    [
      "an empty list of deployments",
      `${lists}    deployments: []\n`,
      "5: exchanges[0].deployments: must be a list that names at least one deployment",
    ],
    [
      "an unknown member",
      `${lists}    project: x\n`,
      "5: exchanges[0]: project: unknown here; an entry may have exchange, destinations, projects, accept_projects",
    ],
    [
      "an entry that is not a mapping",
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
  ])("reports %s with line, entry and fix", async (_what, lines, expected) => {
    expect(await problems(entry(lines))).toEqual([expect.stringContaining(expected)]);
  });

  it.each([
    [
      "projects",
      "mozilla-*",
      `"mozilla-*" matches nothing: * and # stand for whole words between dots; write '*'`,
    ],
    ["projects", "try.x#.y", '"x#" matches nothing'],
    ["projects", "**", '"**" matches nothing'],
    ["destinations", "tree*.#", '"tree*" matches nothing'],
    ["projects", "try.", 'must not have a dot at its beginning or end, or two in a row: it is "try."'],
    ["projects", "a..b", "or two in a row"],
    ["destinations", ".a", "must not have a dot at its beginning"],
    ["deployments", "prod-*", "must be a full name, because * and # are not wildcards here"],
    [
      "accept_projects",
      "mozilla.central",
      "matches no project: a name has at most 50 letters, digits, _ and -",
    ],
    ["accept_projects", "try#", "matches no project"],
    ["accept_projects", "mozilla-*-é", "matches no project"],
    ["accept_projects", `*${"x".repeat(51)}`, "matches no project"],
    ["projects", "try\u200b", 'must not hold characters that cannot be seen: it is "try\\u200b"'],
    ["projects", "try\u00a0", 'it is "try\\u00a0"'],
    ["projects", "t\u00adry", 'it is "t\\u00adry"'],
    ["projects", "\u202etry", 'it is "\\u202etry"'],
    ["projects", "t\u3164ry", 'it is "t\\u3164ry"'],
    ["projects", "try\t", 'must not hold characters that cannot be seen: it is "try\\t"'],
    ["projects", "\ud800", 'it is "\\ud800"'],
    ["projects", "“try”", 'must not hold typographic quotes: it is "\\u201ctry\\u201d"; write'],
    ["projects", " try", 'must not begin or end with a space: it is " try"'],
    ["destinations", "t ", 'it is "t "'],
    ["accept_projects", "try ", 'must not begin or end with a space: it is "try "'],
    ["deployments", "staging\u00a0", 'it is "staging\\u00a0"'],
    ["projects", "tr\ufffd", 'holds characters that were lost when it was saved: it is "tr\\ufffd"'],
  ])("reports that %s of %j can never match", async (list, text, expected) => {
    const file = { exchange: "e", destinations: ["a"], projects: ["x"], [list]: ["fine", text] };
    // JSON is valid YAML. A lone surrogate can appear in it only as an escape.
    const told = await problems(JSON.stringify({ exchanges: [file] }));
    expect(told).toEqual([expect.stringContaining(`1: exchanges[0].${list}[1]: `)]);
    expect(told[0]).toContain(expected);
  });

  it.each(["*", "#", "*.*", "#.x", "x.#", "mozilla-inbound._", "a b", "日本"])(
    "binds %s as it is written",
    async (project) => {
      const file = { exchange: "e", destinations: ["a", "#"], projects: [project] };
      const { bindings } = await read(JSON.stringify({ exchanges: [file] }));
      expect(bindings.map(({ routing_key }) => routing_key)).toEqual([`a.${project}`, `#.${project}`]);
    },
  );

  it.each([
    [
      "exchange/a/v1/jobs\u00a0",
      'must not hold characters that cannot be seen: it is "exchange/a/v1/jobs\\u00a0"',
    ],
    [
      "exchange/*/v1/jobs",
      'must be a full name, because * and # are not wildcards here: it is "exchange/*/v1/jobs"',
    ],
    [" e", 'must not begin or end with a space: it is " e"'],
    [
      "client:bot",
      'must not begin with client:, because the clients of the REST API have such names in rejections and metrics: it is "client:bot"',
    ],
  ])("reports that no exchange is called %j", async (exchange, expected) => {
    const file = { exchange, destinations: ["a"], projects: ["x"] };
    expect(await problems(JSON.stringify({ exchanges: [file] }))).toEqual([
      `1: exchanges[0].exchange: ${expected}`,
    ]);
  });

  it.each([
    ["tr?", "?"],
    ["tr[yz]", "["],
    ["(try|mozilla)", "("],
    ["{try}", "{"],
    ["^try$", "^"],
    ["try,mozilla", ","],
    ["try mozilla", "a space"],
    ["`try`", "`"],
  ])("warns about %j, which AMQP takes literally", async (text, character) => {
    const project = `    destinations: [a]\n    projects: ['#', '${text}']\n`;
    const destination = `    destinations: ['${text}']\n    projects: ['a.*']\n`;
    for (const words of [project, destination]) {
      const { warnings } = await read(entry(words));
      expect(warnings).toEqual([
        expect.stringContaining(
          `2: exchanges[0]: "${text}" contains ${character}, which AMQP takes literally`,
        ),
      ]);
    }
  });

  it("warns about letters that look like ASCII letters", async () => {
    const { warnings } = await read(entry("    destinations: [a]\n    projects: [m\u043ezilla]\n"));
    expect(warnings).toEqual([
      expect.stringMatching(
        /exchanges\.yml:2: exchanges\[0\]: "m\\u043ezilla" has characters beyond ASCII: are they meant\?$/,
      ),
    ]);
    const hidden = `${entry(lists)}  - exchange: f\u0435\n${lists}    deployments: [st\u0430ging]\n`;
    expect((await read(hidden, "staging")).warnings).toEqual([
      expect.stringMatching(/exchanges\.yml:5: exchanges\[1\]: "st\\u0430ging" has characters beyond ASCII/),
    ]);
  });

  it.each([
    [
      "Latin-1",
      Buffer.from("exchanges:\n  - exchange: e\n    destinations: [a]\n    projects: [tr\xfc]\n", "latin1"),
      "4: not UTF-8: save the file as UTF-8",
    ],
    ["a truncated character at its end", Buffer.from("# \xc3", "latin1"), "1: not UTF-8"],
    [
      "UTF-16 with a byte order mark",
      Buffer.from("\ufeffexchanges: []\n", "utf16le"),
      "1: not UTF-8 but UTF-16",
    ],
    [
      "big-endian UTF-16",
      Buffer.from("\ufeffexchanges: []\n", "utf16le").swap16(),
      "1: not UTF-8 but UTF-16",
    ],
    [
      "UTF-16 without a byte order mark",
      Buffer.from("exchanges: []\n", "utf16le"),
      "1: not UTF-8 but UTF-16",
    ],
  ])("reports the line in %s", async (_what, bytes, expected) => {
    expect(await problems(bytes)).toEqual([expect.stringContaining(expected)]);
  });

  it("may begin with a byte order mark", async () => {
    expect((await read(`\ufeff${entry(lists)}`)).exchanges).toEqual(["e"]);
  });

  it.each([
    [
      "exchanges:\n  exchange: e\n  destinations: [a]\n  projects: [x]\n",
      "1: exchanges: is a mapping of exchange, destinations, projects, but must be a list of entries: write `- exchange:`",
    ],
    [
      "exchanges:\n  -\u00a0exchange: e\n",
      '1: exchanges: is a mapping of "-\\u00a0exchange", but must be a list',
    ],
    [
      `${entry(lists)}    exchange: f\n${lists}`,
      "5: not YAML: duplicated mapping key; each entry begins with a dash: `- exchange:`",
    ],
    [
      "exchanges:\n  -exchange: e\n    destinations: [a]\n    projects: [x]\n",
      "3: not YAML: bad indentation of a mapping entry; each entry begins with a dash and a space: `- exchange:`",
    ],
    [
      "exchanges:\n\t- exchange: e\n",
      "2: not YAML: tab characters must not be used in indentation; indent with spaces",
    ],
    [
      "exchanges:\n  - exchange: e\n    destinations: [a, b\n    projects: [x]\n",
      "4: not YAML: deficient indentation; an earlier line opens a list, a mapping or a text in quotes that is not closed",
    ],
    [
      'exchanges:\n  - exchange: "e\n    destinations: [a]\nretain: {}\n',
      "3: not YAML: deficient indentation; an earlier line opens",
    ],
    [
      "exchanges:\n  \u2013 exchange: e\n    destinations: [a]\n    projects: [x]\n",
      "; each entry begins with a dash and a space: `- exchange:`",
    ],
    [
      "exchanges:\n  - exchange: e\n    destinations: [a]\n\u00a0\u00a0\u00a0\u00a0projects: [x]\n",
      '4: the file: "\\u00a0\\u00a0\\u00a0\\u00a0projects": unknown here',
    ],
    ["exchanges:\n  - exchange: e\n    destinations: [a\n    \u00a0]\n   x: {\n", "; a line must not hold"],
    [entry("    destinations: [a]\n    projects: [x]\n    \u00a0deployments: [b]\n"), "\\u00a0deployments"],
  ])("reports %j with what is missing or hidden", async (text, expected) => {
    expect(await problems(text)).toContainEqual(expect.stringContaining(expected));
  });

  describe("with merge keys", () => {
    const base =
      "exchanges:\n  - &base\n    exchange: e\n    destinations: [a]\n    projects: [x]\n    accept_projects: [try]\n";

    it("copies the members of the other entry that it does not have itself", async () => {
      const { bindings, acceptsProject } = await read(
        `${base}  - <<: *base\n    exchange: f\n    projects: [y]\n`,
      );
      expect(bindings).toEqual([
        { exchange: "e", routing_key: "a.x" },
        { exchange: "f", routing_key: "a.y" },
      ]);
      expect(["try", "x"].map((project) => acceptsProject("f", project))).toEqual([true, false]);
    });

    it("reports an error at the line where it is written", async () => {
      const broken = base.replace("[a]", "a");
      expect(await problems(`${broken}  - <<: [*base]\n    exchange: f\n`)).toEqual([
        expect.stringMatching(/^4: exchanges\[0\]\.destinations: /),
        expect.stringMatching(/^4: exchanges\[1\]\.destinations: /),
      ]);
    });
  });

  it.each([
    [
      "aliases of aliases",
      () => {
        const levels = Array.from(
          { length: 20 },
          (_, n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`)}]\n`,
        );
        return `a0: &a0 [x]\n${levels.join("")}exchanges: *a20\n`;
      },
    ],
    ["an alias within itself", () => "exchanges: &all [*all]\n"],
    [
      "a long list many times",
      () => {
        const [first, ...more] = Array.from(
          { length: 1000 },
          (_, n) => `  - {exchange: e${n}, destinations: [a], projects: `,
        );
        return `exchanges:\n${first}&all [${"x,".repeat(2000)}]}\n${more.map((each) => `${each}*all}\n`).join("")}`;
      },
    ],
  ])("refuses %s soon, because the aliases stand for too much", async (_what, text) => {
    expect(await problems(text())).toEqual([expect.stringContaining("holds more than 1000000 values")]);
  });

  it("refuses two lists that make too many bindings", async () => {
    const names = (count: number) => Array.from({ length: count }, (_, n) => `n${n}`);
    const file = { exchange: "e", destinations: names(1000), projects: names(101) };
    expect(await problems(JSON.stringify({ exchanges: [file] }))).toEqual([
      expect.stringContaining("make more than 100000 bindings"),
    ]);
  });

  it("reports the first hundred of twenty thousand problems, and how many more, within seconds", async () => {
    const many = Array.from(
      { length: 20_000 },
      (_, n) => `  - exchange: e${n}\n    destinations: []\n    projects: [x]\n`,
    );
    const from = cpuSeconds();
    const told = await problems(`exchanges:\n${many.join("")}`);
    // Searching for the lines once took over half a minute.
    expect(cpuSeconds() - from).toBeLessThan(10);
    expect(told).toHaveLength(101);
    expect(told[99]).toMatch(/^300: exchanges\[99\]\.destinations: /);
    expect(told[100]).toMatch(/ and 19900 more$/);
  });

  it("answers for an unlisted exchange without asking a thousand lists for each message", async () => {
    const exchanges = Array.from({ length: 1000 }, (_, n) => ({
      ...{ exchange: `e${n}`, destinations: ["a"], projects: ["x"] },
      accept_projects: [`p${n}`, "mozilla-*", "try"],
    }));
    const { acceptsProject } = await read(JSON.stringify({ exchanges }));
    const from = cpuSeconds();
    for (let n = 0; n < 50_000; n++) acceptsProject("bound/to/e0", "mozilla-central");
    // Asking the lists for each message takes over ten seconds.
    expect(cpuSeconds() - from).toBeLessThan(2);
    const strangers = Array.from({ length: 3000 }, (_, n) => acceptsProject("bound/to/e0", `p${n}`));
    expect(strangers).not.toContain(true);
    expect(acceptsProject("bound/to/e0", "try")).toBe(true);
  });

  it.each([
    ["[#]", 4],
    ["['mozilla-*', #]", 5],
    ["[*]", 4],
    ["*", 4],
  ])(
    "reports a wildcard without quotes, %s, with the fix, whatever the parser's message",
    async (projects, line) => {
      const told = await problems(entry(`    destinations: [a-*]\n    projects: ${projects}\n`));
      expect(told).toEqual([expect.stringContaining(`${line}: not YAML`)]);
      expect(told[0]).toMatch(/; line 4: put text that begins with \* or # in quotes, as in '#'$/);
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
      "an alias, which has the line of the anchor",
      "exchanges:\n  - &first\n    exchange: e\n    destinations: [a]\n    projects: x\n  - *first\n",
      5,
    ],
    [
      "a document that begins after other lines",
      `%YAML 1.2\n---\n# ours\n${entry("    destinations: [a]\n    projects: x\n")}`,
      7,
    ],
  ])("names the right line in %s", async (_what, text, line) => {
    const [first] = await problems(text);
    expect(first).toMatch(new RegExp(`^${line}: exchanges\\[0\\]\\.projects: must be a list`));
  });

  it("reports all problems together, each with the line of its own entry, also with comments and CRLF", async () => {
    const text = `# ours\n${entry(lists)}\n  # theirs\n  - exchange: f\n    destinations: [a]\n    projects: []\n    what: 1\n`;
    for (const lineEnds of [text, text.replaceAll("\n", "\r\n")]) {
      expect(await problems(lineEnds)).toEqual([
        expect.stringMatching(/^10: exchanges\[1\]\.projects: /),
        expect.stringMatching(/^11: exchanges\[1\]: what: unknown here/),
      ]);
    }
  });

  it.each([
    ["no entry", "exchanges: []\n", "at least one exchange"],
    ["nothing at all", "", "1: the file: must be the registry: a mapping of exchanges"],
    [
      "a list of entries alone",
      "- exchange: e\n",
      "a mapping of exchanges, retain; write `exchanges:` and its value",
    ],
    ["two documents", "exchanges: []\n---\nexchanges: []\n", "2: another YAML document begins here"],
    [
      "two documents after a comment",
      "# ours\n---\nexchanges: []\n...\n---\n",
      "5: another YAML document begins here",
    ],
    [
      "an exchange without a list",
      "exchanges: exchange/a/jobs\n",
      "1: exchanges: is a single value, but must be a list of entries: write `- exchange:`",
    ],
    [
      "a template that nobody has filled in",
      entry("    destinations: [a]\n    projects: {{ .Values.projects }}\n"),
      "4: a key is a list or a mapping, but must be text: put text that begins with [ or { in quotes",
    ],
    ["a key that is a list", `${entry(lists)}retain:\n  ? [a]\n  : 1\n`, "6: a key is a list or a mapping"],
    ["broken YAML", "exchanges:\n  - exchange: [\n", "not YAML"],
    ["the same key twice", "exchanges: []\nexchanges: []\n", "not YAML"],
  ])("reports %s as an error", async (_what, text, expected) => {
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
])("decides whether the pattern %s matches the project %s: %s", (pattern, name, expected) => {
  expect(matches(pattern, name)).toBe(expected);
});

it("uses the schema's rule for a project's name", () => {
  const schema = z
    .object({
      definitions: z.object({
        project: z.object({ pattern: z.string(), minLength: z.number(), maxLength: z.number() }),
      }),
    })
    .parse(load(readFileSync(new URL("../../schemas/pulse-job.yml", import.meta.url), "utf8")));
  const { pattern, minLength, maxLength } = schema.definitions.project;
  expect(PROJECT_NAME.source).toBe(pattern.replace("+", `{${minLength},${maxLength}}`));
});
