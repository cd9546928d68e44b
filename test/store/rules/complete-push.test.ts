import { describe, expect, it } from "@jest/globals";
import { numberOf } from "../../../src/domain/document-numbers.ts";
import type { ResultSet, ResultSetSubmission } from "../../../src/domain/result-set.ts";
import { completePush, keysOf } from "../../../src/store/rules/complete-push.ts";
import { skeleton } from "../../../src/store/rules/find-push.ts";

const ARRIVED = "2026-01-05T10:00:00.900Z";
const [A, B, C] = ["a", "b", "c"].map((letter) => letter.repeat(40)) as [string, string, string];
const row = (revision: string, given = {}) => ({
  ...{ revision, author: "Ann <ann@example.com>", comment: `about ${revision[0]}`, repository: "repo" },
  ...given,
});
const push = (given: Partial<ResultSetSubmission> = {}): ResultSetSubmission => ({
  revision: B,
  author: "ann@example.com",
  push_timestamp: 100,
  revisions: [row(A), row(B)],
  ...given,
});
const completed = (read: readonly ResultSet[], submitted: ResultSetSubmission): ResultSet | undefined =>
  completePush(read, "try", submitted, ARRIVED)?.next;

describe("a new push", () => {
  it("is written as submitted", () => {
    expect(completePush([], "try", push(), ARRIVED)).toEqual({
      before: null,
      next: {
        ...{ project: "try", revision: B, short_revision: B.slice(0, 12), revision_hash: B },
        rest_id: numberOf(`try/${B.slice(0, 12)}`),
        ...{ author: "ann@example.com", push_timestamp: 100, active_status: "active" },
        order_at: 100,
        last_modified: ARRIVED,
        revisions: [row(A), row(B)],
      },
    });
  });

  it("is named by its last row if it has no revision itself", () => {
    const { revision: _left, ...unnamed } = push();
    expect(completed([], unnamed)).toMatchObject({ revision: B, short_revision: B.slice(0, 12) });
  });

  it("is left out if it has no revision at all, because nothing identifies it", () => {
    const { revision: _left, ...unnamed } = push({ revisions: [] });
    expect(completePush([], "try", unnamed, ARRIVED)).toBeNull();
  });

  it("gets a default author if it has none", () => {
    const { author: _left, ...nobody } = push();
    expect(completed([], nobody)).toMatchObject({ author: "unknown@somewhere.com" });
  });
});

describe("a stored push", () => {
  it("is completed if it is a skeleton", () => {
    const before = skeleton("try", B, ARRIVED);
    expect(completePush([before], "try", push(), ARRIVED)).toMatchObject({
      before,
      next: { author: "ann@example.com", push_timestamp: 100, revisions: [{ revision: A }, { revision: B }] },
    });
  });

  it("gets all 40 characters of its revision if it is a skeleton with 12", () => {
    expect(completed([skeleton("try", B.slice(0, 12), ARRIVED)], push())).toMatchObject({ revision: B });
  });

  it("keeps 40 characters of its revision if 12 are submitted", () => {
    const short = push({ revision: B.slice(0, 12), revisions: [row(B.slice(0, 12))] });
    expect(completed([skeleton("try", B, ARRIVED)], short)).toMatchObject({ revision: B });
  });

  it("stays unchanged if it is complete", () => {
    const before = completed([], push()) as ResultSet;
    expect(completePush([before], "try", push({ author: "eve@example.com" }), ARRIVED)).toBeNull();
  });

  it("is another push if it only lists the submitted top revision", () => {
    const other = completed([], push({ revision: C, revisions: [row(B), row(C)] })) as ResultSet;
    expect(completePush([other], "try", push(), ARRIVED)).toMatchObject({
      before: null,
      next: { revision: B },
    });
  });
});

describe("the revisions of a push", () => {
  it("keep the author and comment that any push submitted first", () => {
    const other = completed([], push({ revision: C, revisions: [row(A), row(C)] })) as ResultSet;
    const later = push({ revisions: [row(A, { author: "Eve", comment: "changed" }), row(B)] });
    expect(completed([other], later)?.revisions).toEqual([row(A), row(B)]);
  });

  it("are lengthened if they were submitted with 12 characters", () => {
    const short = row(A.slice(0, 12));
    const before = { ...skeleton("try", B, ARRIVED), revisions: [short] };
    expect(completed([before], push())?.revisions).toEqual([{ ...short, revision: A }, row(B)]);
  });

  it("of a skeleton stay, even if they are not submitted", () => {
    const before = { ...skeleton("try", B, ARRIVED), revisions: [row(C)] };
    expect(completed([before], push())?.revisions).toEqual([row(C), row(A), row(B)]);
  });

  it("are stored once, as the first row, if the push lists one twice", () => {
    const again = row(A, { author: "Eve", comment: "again" });
    const elsewhere = row(A, { repository: "other" });
    const twice = push({ revisions: [row(A), elsewhere, again, row(B), row(B.slice(0, 12))] });
    expect(completed([], twice)?.revisions).toEqual([row(A), elsewhere, row(B)]);
  });

  it("with the same name in another repository are different", () => {
    const before = { ...skeleton("try", B, ARRIVED), revisions: [row(A, { repository: "other" })] };
    expect(completed([before], push())?.revisions).toHaveLength(3);
  });
});

it("a push is looked up by each of its revisions once, in short form", () => {
  expect(keysOf("try", push({ revisions: [row(A), row(B), row(B.slice(0, 12))] }))).toEqual([
    `try/${B.slice(0, 12)}`,
    `try/${A.slice(0, 12)}`,
  ]);
});

it("a push with very many revisions that are all known is completed quickly", () => {
  const revisions = Array.from({ length: 50_000 }, (_, n) => row(n.toString(16).padStart(40, "0")));
  const before = { ...skeleton("try", B, ARRIVED), revisions };
  const from = process.cpuUsage();
  expect(completed([before], push({ revisions }))?.revisions).toHaveLength(revisions.length);
  // With maps it takes less than a second; comparing each with each would take minutes.
  expect(process.cpuUsage(from).user).toBeLessThan(20e6);
});
