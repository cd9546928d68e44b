import { expect, it } from "@jest/globals";
import stringWidth from "string-width";
import { renderSeen } from "../../../src/cli/output/render-seen.ts";
import type { Seen } from "../../../src/queries/seen-message.ts";

const seen: Seen = {
  received_at: "2026-01-05T10:00:00.000Z",
  ...{ exchange: "exchange/publisher/jobs", routing_key: "treeherder.try", index: 0 },
  verdict: "rejected",
  ...{ project: "try", task_id: "guid/0", state: "completed", result: null, errors: [], payload: {} },
};

it("a message is one line, with its result only if it is completed", () => {
  expect(renderSeen({ ...seen, verdict: "accepted", result: "success" })).toBe(
    "10:00:00.000  accepted  exchange/publisher/jobs  treeherder.try  try  guid/0  completed  success\n",
  );
  expect(renderSeen({ ...seen, state: "running", result: "unknown" })).toMatch(/guid\/0 {2}running\n$/);
  expect(renderSeen({ ...seen, project: null, task_id: null, state: null })).toMatch(/ {2}\? {2}\? {2}\?\n$/);
});

it("long untrusted text is cut: names, and the places of errors", () => {
  const long = (letter: string): string => letter.repeat(2000);
  const error = { pointer: `/extra/${long("x")}`, message: "is wrong", keyword: "type" };
  const shown = renderSeen({
    ...seen,
    ...{
      routing_key: long("k"),
      project: long("\u202e"),
      task_id: long("漢"),
      state: long("s"),
      errors: [error],
    },
  });
  const [line = "", errorLine = ""] = shown.split("\n");
  expect(stringWidth(line)).toBeLessThan(350);
  expect(line).toContain(`${"k".repeat(63)}…  \\u202e`);
  expect(stringWidth(errorLine)).toBeLessThan(200);
  expect(errorLine).toMatch(/^ {2}\/extra\/x+…: is wrong \[type\]$/);
});
