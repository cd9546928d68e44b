import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { normaliseJob } from "../../src/normalise/normalise-job.ts";
import { validateJob } from "../../src/validate/validate-job.ts";
import { schemas } from "../examples.ts";

const folder = new URL("../../../shared/reference/pulse/", import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), "utf8"));

if (existsSync(folder)) {
  it("real messages give the expected submissions", () => {
    const messages = read("jobs.json") as unknown[];
    const submissions = messages.map((message) => {
      const job = validateJob(message, schemas);
      if (!job.ok) throw new Error(JSON.stringify(job.fault));
      const submission = normaliseJob(job.value);
      if (!submission.ok) throw new Error(JSON.stringify(submission.fault));
      return submission.value;
    });
    expect(JSON.parse(JSON.stringify(submissions))).toEqual(read("jobs.expected.json"));
  });
} else {
  it("reports that the reference messages are missing", () => {
    console.warn(
      `Left out: the reference messages are not at ${folder.pathname}; nothing was compared with them.`,
    );
    expect(existsSync(folder)).toBe(false);
  });
}
