import { expect, it } from "@jest/globals";
import type { Artifact } from "../../../src/domain/submission.ts";
import { mergeJobInfo } from "../../../src/store/rules/merge-job-info.ts";

const jobInfo = (...job_details: readonly object[]): Artifact => ({
  name: "Job Info",
  type: "json",
  blob: JSON.stringify({ logurl: "http://h/log", job_details }),
});

const merged = (...artifacts: readonly Artifact[]): unknown =>
  JSON.parse(mergeJobInfo(artifacts)?.blob ?? "null");

it("a job without Job Info has none", () => {
  expect(merged()).toBeNull();
});

it("details are in the order of arrival, and a missing title or URL equals null", () => {
  const first = jobInfo({ content_type: "raw_html", value: "v" }, { title: "t", value: "v", url: null });
  const second = jobInfo({ title: null, value: "v", url: null }, { title: "", value: "v", url: null });
  expect(merged(first, second)).toEqual({
    job_details: [
      { content_type: "raw_html", value: "v" },
      { title: "t", value: "v", url: null },
      { title: "", value: "v", url: null },
    ],
  });
});

it("each text is cut to 512 characters, like those of submitted details, and equal ones are kept once", () => {
  // A line of a log that also mentions performance data is read at full length.
  const long = `http://h/PERFHERDER_DATA${"😀".repeat(600)}`;
  const short = [...long].slice(0, 512).join("");
  const ofLog = jobInfo({ content_type: "link", title: long, url: long, value: long }, { value: `${long}2` });
  const submitted = jobInfo(
    { title: short, url: short, value: short },
    { title: null, url: null, value: short },
  );
  expect(merged(ofLog, submitted)).toEqual({
    job_details: [{ content_type: "link", title: short, url: short, value: short }, { value: short }],
  });
});
