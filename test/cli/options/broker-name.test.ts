import { expect, it } from "@jest/globals";
import { brokerName } from "../../../src/cli/options/broker-name.ts";

it("the name of an exchange is used as given, also beyond ASCII", () => {
  for (const name of ["exchange/guest/v1/jobs", "treeherder.try", "ä b"]) {
    expect(brokerName(name, "--exchange")).toBe(name);
  }
});

it.each<[string, string]>([
  ["", "--exchange must be given"],
  ["é".repeat(128), "--exchange must not be longer than 255 bytes; it is 256"],
  ["jobs\u00a0", '--exchange must not hold characters that cannot be seen: it is "jobs\\u00a0"'],
  ["jo\u200bbs", '--exchange must not hold characters that cannot be seen: it is "jo\\u200bbs"'],
  [" jobs", '--exchange must not begin or end with a space: it is " jobs"'],
  ["\u201cjobs\u201d", "--exchange must not hold typographic quotes"],
])("the name %j is refused", (name, problem) => {
  expect(() => brokerName(name, "--exchange")).toThrow(problem);
});
