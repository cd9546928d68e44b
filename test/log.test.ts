import { execFileSync } from "node:child_process";
import { expect, it, jest } from "@jest/globals";
import winston from "winston";
import { Refused, Unavailable } from "../src/domain/faults.ts";
import { createLog } from "../src/log.ts";
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

it("an error is logged with its stack and its cause, but an error of the broker or the store only with its message", () => {
  const errors: unknown[] = [];
  const output = jest
    .spyOn(winston.transports.Console.prototype, "log")
    .mockImplementation((...args: unknown[]) => {
      const [line, done] = args;
      errors.push(JSON.parse(Object(line)[Symbol.for("message")]).error);
      if (typeof done === "function") done();
    });
  const cause = new RangeError("too deep");
  for (const error of [
    new TypeError("a bug", { cause }),
    new Unavailable("store", "no answer", cause),
    new Refused("locked", cause),
  ]) {
    createLog("info").info("bug", { error });
  }
  output.mockRestore();
  const stack = expect.stringContaining("log.test.ts");
  expect(errors).toEqual([
    { name: "TypeError", message: "a bug", stack, cause: { name: "RangeError", message: "too deep", stack } },
    { name: "Unavailable", message: "store unavailable: no answer" },
    { name: "Refused", message: "the store refuses this write: locked" },
  ]);
});
