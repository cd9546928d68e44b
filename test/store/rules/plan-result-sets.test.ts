import { describe, expect, it } from "@jest/globals";
import type { ResultSetSubmission } from "../../../src/domain/result-set.ts";
import { planResultSets, submittedKeys } from "../../../src/store/rules/plan-result-sets.ts";
import { PushBook } from "../../../src/store/rules/push-book.ts";

const [A, B, C] = ["a", "b", "c"].map((letter) => letter.repeat(40)) as [string, string, string];
const row = (revision: string) => ({ revision, author: "a@b", comment: null, repository: "repo" });
const of = (project: string, given: Partial<ResultSetSubmission>) => ({
  project,
  resultSet: { push_timestamp: 100, revisions: [], ...given },
  received_at: "2026-01-05T10:00:00.000Z",
});

describe("the pushes of a batch", () => {
  const first = { revision: B, revisions: [row(A), row(B)] };

  it("are looked up by all their revisions, and by the hashes that they name", () => {
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
