import { describe, expect, it } from "@jest/globals";
import type { ResultSetSubmission } from "../../src/domain/result-set.ts";
import { CallRevisions } from "../../src/judge/call-revisions.ts";

const [A, B, C] = ["a", "b", "c"].map((letter) => letter.repeat(40)) as [string, string, string];
const row = (revision: string, repository = "repo") => ({
  revision,
  author: "a@b",
  comment: null,
  repository,
});
const push = (given: Partial<ResultSetSubmission>): ResultSetSubmission => ({
  push_timestamp: 100,
  revisions: [],
  ...given,
});

describe("the pushes of one call", () => {
  const linked = (...pushes: readonly ResultSetSubmission[]): readonly ResultSetSubmission[] => {
    const revisions = new CallRevisions();
    for (const each of pushes) revisions.note(each);
    return pushes.map((each) => revisions.linked(each));
  };
  const rowsOf = (...pushes: readonly ResultSetSubmission[]): string[] =>
    linked(...pushes).map(({ revisions }) => revisions.map(({ revision }) => revision[0]).join(""));
  const first = push({ revision: B, revisions: [row(A), row(B)] });

  it("share no revision: one that several pushes list stays only in the last of them", () => {
    expect(rowsOf(first, push({ revision: C, revisions: [row(B.slice(0, 12)), row(C)] }))).toEqual([
      "a",
      "bc",
    ]);
  });

  it("share no revision with pushes of another repository, or with the same push again", () => {
    const other = push({ revision: C, revisions: [row(A, "other"), row(B, "other")] });
    expect(rowsOf(first, other, first)).toEqual(["ab", "ab", "ab"]);
  });

  it("keep their top revisions, even if the row moves to a later push", () => {
    const { revisions } = first;
    const [moved] = linked(push({ revisions }), push({ revision: C, revisions: [row(A), row(B), row(C)] }));
    expect(moved).toMatchObject({ revision: B, revisions: [] });
  });

  it("lose no revision to a push without a top revision, which is rejected", () => {
    expect(rowsOf(first, push({ revision: "", revisions: [row(A), row(B)] }))[0]).toBe("ab");
  });
});
