import { expect, it } from "@jest/globals";
import { fromOldHash, fromOldJobs, fromOldLog, readOldLog } from "../../src/web/old-addresses.ts";

const query = (text: string): URLSearchParams => new URLSearchParams(text);

it.each([
  ["repo=try", "/projects/try"],
  ["repo=try&revision=4317d9e5759d", "/projects/try/pushes/4317d9e5759d"],
  ["repo=try&revision=../../etc", "/projects/try"],
  ["repo=try&revision=4317", "/projects/try"],
  ["repo=//evil.example", null],
  ["repo=a b", null],
  [`repo=${"a".repeat(51)}`, null],
  ["revision=4317d9e5759d", null],
])("/jobs?%s leads to %s", (text, address) => {
  expect(fromOldJobs(query(text))).toBe(address);
});

it.each([
  ["/", "#/jobs?repo=try&revision=4317d9e5759d", "/projects/try/pushes/4317d9e5759d"],
  ["/", "#/jobs?repo=try", "/projects/try"],
  ["/", "#/jobs?repo=javascript:alert(1)", null],
  ["/", "#main", null],
  ["/", "", null],
  ["/logviewer.html", "#?job_id=5&repo=try", "/logviewer.html?job_id=5&repo=try"],
  ["/logviewer.html", "#?job_id=5&repo=try#L10-L20", "/logviewer.html?job_id=5&repo=try#L10-L20"],
  ["/logviewer.html", "#?job_id=5&repo=try#<script>", "/logviewer.html?job_id=5&repo=try"],
  ["/logviewer.html", "#?job_id=x&repo=try", null],
])("%s%s leads to %s", (path, hash, address) => {
  expect(fromOldHash(path, hash)).toBe(address);
});

it("a log is named by its project and the number of its job", () => {
  expect(readOldLog(query("job_id=17&repo=try"))).toEqual({ project: "try", jobNumber: 17 });
  expect(readOldLog(query("job_id=17"))).toBeNull();
  expect(readOldLog(query("job_id=-1&repo=try"))).toBeNull();
  expect(fromOldLog("try", "abc/0")).toBe("/log?project=try&guid=abc%2F0");
});
