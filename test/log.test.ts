import { execFileSync } from "node:child_process";
import { expect, it } from "@jest/globals";
import { bundleProgram } from "./bundle-program.ts";

it("a log line shows no credential of a URL and nothing that a terminal acts on, and is JSON", () => {
  const fields = {
    item: "guid\u009b31m\u007f\u202e\u{e0041}",
    reason: "http://user:hunter2@logs.example/x?token=hunter2&sig=1",
    error: 'Error at http://h/?password=hunter2"',
  };
  const program = bundleProgram("doubles/write-log-line.mjs");
  const line = execFileSync(process.execPath, [program, JSON.stringify(fields)], { encoding: "utf8" });
  expect(line).not.toContain("hunter2");
  expect(line).not.toMatch(/[\u007f-\u009f\u202e\u{e0041}]/u);
  expect(JSON.parse(line)).toMatchObject({
    item: fields.item,
    reason: "http://user:***@logs.example/x?token=***&sig=1",
  });
});
