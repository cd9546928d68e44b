import { describe, expect, it } from "@jest/globals";
import type { ResultSetSubmission } from "../../../src/domain/result-set.ts";
import { linkedOnce, planResultSets, submittedKeys } from "../../../src/store/rules/plan-result-sets.ts";
import { PushBook } from "../../../src/store/rules/push-book.ts";

const [A, B, C] = ["a", "b", "c"].map((letter) => letter.repeat(40)) as [string, string, string];
const row = (revision: string) => ({ revision, author: "a@b", comment: null, repository: "repo" });
const of = (project: string, given: Partial<ResultSetSubmission>) => ({
  project,
  resultSet: { push_timestamp: 100, revisions: [], ...given },
  received_at: "2026-01-05T10:00:00.000Z",
});

describe("the pushes of one call", () => {
  const first = { revision: B, revisions: [row(A), row(B)] };
  const rowsOf = (...batch: readonly ReturnType<typeof of>[]) =>
    linkedOnce(batch).map(({ resultSet }) => resultSet.revisions.map(({ revision }) => revision[0]).join(""));

  it("share no revision: one that several list stays only in the last of them", () => {
    const second = { revision: C, revisions: [row(B.slice(0, 12)), row(C)] };
    expect(rowsOf(of("try", first), of("try", second))).toEqual(["a", "bc"]);
  });

  it("share none with those of another project, or with the same push again", () => {
    expect(rowsOf(of("try", first), of("other", first), of("try", first))).toEqual(["ab", "ab", "ab"]);
  });

  it("keep their top revisions, even if the row moves to a later push", () => {
    const unnamed = of("try", { revisions: first.revisions });
    const [linked] = linkedOnce([unnamed, of("try", { revision: C, revisions: [row(A), row(B), row(C)] })]);
    expect(linked?.resultSet).toMatchObject({ revision: B, revisions: [] });
  });

  it("are looked up by all their revisions, and by the hashes that they give", () => {
    expect(submittedKeys([of("try", { ...first, revision_hash: "h" }), of("x", { revision: C })])).toEqual({
      keys: [`try/${B.slice(0, 12)}`, `try/${A.slice(0, 12)}`, `x/${C.slice(0, 12)}`],
      hashes: [["try", "h"]],
    });
  });

  it("end one by one, each after those before it", () => {
    const pushes = new PushBook([]);
    const batch = [
      of("try", { revision: B.slice(0, 12), revision_hash: "h" }),
      of("try", { revision: B, revision_hash: "k" }),
      of("try", { revision: B }),
      of("try", { revision: C, revision_hash: "h" }),
      of("try", { revision: A, revision_hash: "k" }),
    ];
    const kinds = planResultSets(batch, pushes).map(({ kind }) => kind);
    // The second completes the first, whose hash is then free. The last has the hash of the second.
    expect(kinds).toEqual(["stored", "stored", "unchanged", "stored", "unchanged"]);
    expect([...pushes.changed.values()].map(({ revision }) => revision)).toEqual([B, C]);
  });
});
