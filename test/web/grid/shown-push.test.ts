import { expect, it } from "@jest/globals";
import { showPush } from "../../../src/web/grid/shown-push.ts";

const revision = "a".repeat(40);

function shownAuthor(author: string): string | undefined {
  const push = {
    ...{ project: "try", revision, short_revision: revision.slice(0, 12), revision_hash: "b" },
    ...{ author: "a@b.org", push_timestamp: 1, order_at: 1, type: "push", is_skeleton: false, rest_id: 1 },
    ...{ active_status: "active", last_modified: "2026-01-05T10:00:00.000Z" },
    revisions: [{ revision, author, comment: "c", repository: "try" }],
  };
  return showPush(push).revisions[0]?.author;
}

it.each([
  ["Some Person <person@example.org>", "Some Person"],
  ["Some Person <person@example.org> ", "Some Person"],
  ["Some Person", "Some Person"],
  ["<person@example.org>", "<person@example.org>"],
  ["a > b", "a > b"],
  ["a <b> c", "a <b> c"],
  ["a <b>>", "a <b>>"],
])("the author %j of a revision is shown as %j", (author, shown) => {
  expect(shownAuthor(author)).toBe(shown);
});

it("a megabyte of spaces in an author is cut, and does not block the process", () => {
  expect(shownAuthor(`${" ".repeat(1e6)}x`)).toHaveLength(200);
});
