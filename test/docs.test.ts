import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { commands } from "../src/cli/commands.ts";
import { parseTiers } from "../src/config/parse-tiers.ts";
import { settingNames } from "../src/config/settings.ts";
import { faultMeanings } from "../src/domain/explain-fault.ts";
import { readRoutes } from "../src/http/read/read-api-plugin.ts";

const project = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(`${project}README.md`, "utf8");

it("the page of commands lists all existing commands, in their order", () => {
  const page = readFileSync(`${project}docs/commands.md`, "utf8");
  const listed = [...page.matchAll(/^\| `pulse-ingest ([^`]+)`/gm)].map(([, name]) => name);
  expect(listed).toEqual(commands.map(({ usage }) => usage.replace(/ [<[].*$/, "")));
});

it("the page of outcomes lists the reasons to reject a message, and what each means", () => {
  const [, section = ""] = readFileSync(`${project}docs/outcomes.md`, "utf8").split("## Rejections");
  const [table = ""] = section.split("\n## ");
  const listed = [...table.matchAll(/^\| `([^`]+)` +\| (.*?) +\|$/gm)].map(([, ...row]) => row);
  expect(listed).toEqual(Object.entries(faultMeanings));
});

it("the page of the read API lists all existing paths", () => {
  const page = readFileSync(`${project}docs/read-api.md`, "utf8");
  const listed = [...page.matchAll(/^\| `(\/api\/[^`]+)`/gm)].map(([, path]) => path);
  expect(listed.toSorted()).toEqual(readRoutes.map(({ path }) => path.replace(/\(.*?\)/g, "")).toSorted());
});

it("no page of docs/ names a file that does not exist", () => {
  const pages = readdirSync(`${project}docs`, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".md"),
  );
  expect(pages.length).toBeGreaterThan(3);
  const missing = pages.flatMap((page) => {
    const text = readFileSync(`${project}docs/${page}`, "utf8");
    const named = [...text.matchAll(/`((?:src|config|schemas|test|deploy|docs)\/[^`\s]*)`/g)];
    return named.map(([, path = ""]) => path).filter((path) => !existsSync(project + path));
  });
  expect(missing).toEqual([]);
});

it("the page of the registry shows a valid tiers file", () => {
  const [, section = ""] = readFileSync(`${project}docs/registry.md`, "utf8").split("## Forcing a tier");
  const example = [...section.matchAll(/^ {4}(.*)$/gm)].map(([, line]) => line).join("\n");
  const tiers = parseTiers("docs/registry.md", example);
  expect([...(tiers.get("try")?.values() ?? [])]).toEqual([2, 3]);
});

it("the page of faults names only log events, metrics and settings that exist", () => {
  const page = readFileSync(`${project}docs/faults.md`, "utf8");
  const sources = readdirSync(`${project}src`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(`${project}src/${name}`, "utf8"))
    .join("");
  const exists = (word: string): boolean =>
    sources.includes(`"${word}"`) ||
    settingNames.some((name) => name === word) ||
    // The registry and the tiers are watched by the same code.
    (/^(registry|tiers)_/.test(word) && sources.includes(`\`\${what}_${word.split("_")[1]}\``)) ||
    ["gap_ms", "hint", "last_empty_at"].includes(word);
  const words = [...page.matchAll(/`([a-z]+(?:_[a-z]+)+|[A-Z]+(?:_[A-Z]+)+)`/g)].map(([, word = ""]) => word);
  expect(words.length).toBeGreaterThan(30);
  expect(words.filter((word) => !exists(word))).toEqual([]);
});

it("every file and folder that the README names or links to exists", () => {
  const named = [
    ...readme.matchAll(/(?:`|\]\()((?:src|config|schemas|test|deploy|docs)\/[^`\s)]*)[`)]/g),
  ].map(([, path = ""]) => path);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(project + path))).toEqual([]);
});

it("every npm script that the README names exists", () => {
  const { scripts } = JSON.parse(readFileSync(`${project}package.json`, "utf8")) as { scripts: object };
  const named = [...readme.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name);
  expect(named).toContain("quickstart");
  expect(named.filter((name) => !(String(name) in scripts))).toEqual([]);
});

it("the README and the page for developers mention every npm script", () => {
  const pages = readme + readFileSync(`${project}docs/developing.md`, "utf8");
  const { scripts } = JSON.parse(readFileSync(`${project}package.json`, "utf8")) as { scripts: object };
  const rows = [...pages.matchAll(/^\| (`npm run .*?) \|/gm)].map(([, cell = ""]) => cell);
  const listed = rows.flatMap((cell) =>
    [...cell.matchAll(/`(?:npm run )?([\w:-]+)/g)].map(([, name]) => name),
  );
  const told = [...pages.matchAll(/npm (?:run )?(\w+)/g)].map(([, name]) => name);
  expect(Object.keys(scripts).filter((name) => ![...listed, ...told].includes(name))).toEqual([]);
  expect(listed.filter((name) => !(String(name) in scripts))).toEqual([]);
});
