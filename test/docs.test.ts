import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { commands } from "../src/cli/commands.ts";
import { faultMeanings } from "../src/domain/explain-fault.ts";

const project = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(`${project}README.md`, "utf8");

it("the README lists the commands that there are, in their order", () => {
  const listed = [...readme.matchAll(/^\| `pulse-ingest ([^`]+)`/gm)].map(([, name]) => name);
  expect(listed).toEqual(commands.map(({ usage }) => usage.replace(/ [<[].*$/, "")));
});

it("the README lists the reasons to refuse a message, and what each means", () => {
  const [, section = ""] = readme.split("## What is refused, and why");
  const [table = ""] = section.split("\n## ");
  const listed = [...table.matchAll(/^\| `([^`]+)` +\| (.*?) +\|$/gm)].map(([, ...row]) => row);
  expect(listed).toEqual(Object.entries(faultMeanings));
});

it("a page of docs/ names no file that is not there", () => {
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

it("every file and folder that the README names is there", () => {
  const named = [...readme.matchAll(/`((?:src|config|schemas|test|deploy)\/[^`\s]*)`/g)].map(
    ([, path = ""]) => path,
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(project + path))).toEqual([]);
});

it("every npm script that the README names is there", () => {
  const { scripts } = JSON.parse(readFileSync(`${project}package.json`, "utf8")) as { scripts: object };
  const named = [...readme.matchAll(/npm run (\w+)/g)].map(([, name]) => name);
  expect(named).toContain("quickstart");
  expect(named.filter((name) => !(String(name) in scripts))).toEqual([]);
});
