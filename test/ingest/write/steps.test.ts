import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";

const project = fileURLToPath(new URL("../../..", import.meta.url));
const readme = readFileSync(`${project}README.md`, "utf8");
const source = readFileSync(`${project}src/ingest/write/write-path.ts`, "utf8");

/** Returns the steps in the README's drawing, in order: the words at the beginning of its lines. */
function drawnSteps(): string[] {
  const [, section = ""] = readme.split("where a job leaves the path early:");
  const [drawing = ""] = section.split("\n\nA delivery is acknowledged");
  return [...drawing.matchAll(/^ {4}([a-z]+) /gm)].map(([, step = ""]) => step);
}

/** Returns the functions whose results a function assigns, in source order. */
function callsOf(name: string): string[] {
  const [, body = ""] = source.split(`export async function ${name}(`);
  const [text = ""] = body.split("\n}\n");
  return [...text.matchAll(/ = (?:await )?([a-z]\w+)\(/g)].map(([, call = ""]) => call);
}

it("the README lists the steps of the write path as the code calls them", () => {
  const calls = callsOf("writeSlice").flatMap((call) => (call === "writeJobs" ? callsOf(call) : [call]));
  expect(calls).toEqual(["judge", "plan", "write", "reject", "settle"]);
  expect(drawnSteps()).toEqual([...calls, "suspects", "spool", "archive"]);
});

it("each step beside the path has a folder", () => {
  expect(["suspects", "spooling"].filter((step) => !existsSync(`${project}src/ingest/${step}`))).toEqual([]);
});
