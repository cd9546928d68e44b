import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { nodeTrouble } from "../../src/cli/node-trouble.ts";
import { oldestNode } from "../../src/version.ts";

it.each([
  ["20.19.0", true],
  ["20.20.2", true],
  ["22.0.0", true],
  ["100.1.0", true],
  ["20.18.3", false],
  ["18.20.8", false],
])("Node.js %s can run this program: %p", (found, isGood) => {
  expect(nodeTrouble(found, "20.19.0") === null).toBe(isGood);
});

it("the program ends with a plain message on a version of Node.js that is too old", async () => {
  const pretend = `Object.defineProperty(process.versions, "node", { value: "18.20.8" })`;
  const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
  const args = ["--import", `data:text/javascript,${encodeURIComponent(pretend)}`, main, "check"];
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, args, (error, _stdout, text) => resolve({ code: error?.code, stderr: text }));
  });
  const [major, minor] = oldestNode.split(".");
  expect(stderr).toBe(`error: Node.js ${major}.${minor} or newer is needed; this is v18.20.8\n`);
  expect(code).toBe(2);
});
