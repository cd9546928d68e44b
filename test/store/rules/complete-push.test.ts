import { describe, expect, it } from "@jest/globals";
import type { ResultSet, ResultSetSubmission } from "../../../src/domain/result-set.ts";
import { completePush, keysOf, linkedOnce } from "../../../src/store/rules/complete-push.ts";
import { skeleton } from "../../../src/store/rules/find-push.ts";

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
  completePush(read, "try", submitted)?.next;

describe("a push that nobody knows", () => {
  it("is written as submitted", () => {
    expect(completePush([], "try", push())).toEqual({
      before: null,
      next: {
        ...{ project: "try", revision: B, short_revision: B.slice(0, 12), revision_hash: B },
        ...{ author: "ann@example.com", push_timestamp: 100, active_status: "active" },
        revisions: [row(A), row(B)],
      },
    });
  });

  it("that names no revision of its own goes by its last row", () => {
    const { revision: _left, ...unnamed } = push();
    expect(completed([], unnamed)).toMatchObject({ revision: B, short_revision: B.slice(0, 12) });
  });

  it("without any revision cannot be told from others, and is left out", () => {
    const { revision: _left, ...unnamed } = push({ revisions: [] });
    expect(completePush([], "try", unnamed)).toBeNull();
  });

  it("has an author of its own where it names none", () => {
    const { author: _left, ...nobody } = push();
    expect(completed([], nobody)).toMatchObject({ author: "unknown@somewhere.com" });
  });
});

describe("a push that is there", () => {
  it("as a skeleton is completed", () => {
    const before = skeleton("try", B);
    expect(completePush([before], "try", push())).toMatchObject({
      before,
      next: { author: "ann@example.com", push_timestamp: 100, revisions: [{ revision: A }, { revision: B }] },
    });
  });

  it("as a skeleton of 12 characters gets all 40", () => {
    expect(completed([skeleton("try", B.slice(0, 12))], push())).toMatchObject({ revision: B });
  });

  it("as a skeleton of 40 characters keeps them when 12 are submitted", () => {
    const short = push({ revision: B.slice(0, 12), revisions: [row(B.slice(0, 12))] });
    expect(completed([skeleton("try", B)], short)).toMatchObject({ revision: B });
  });

  it("complete stays as it is", () => {
    const before = completed([], push()) as ResultSet;
    expect(completePush([before], "try", push({ author: "eve@example.com" }))).toBeNull();
  });

  it("that only lists this one's revision among its own is another push", () => {
    const other = completed([], push({ revision: C, revisions: [row(B), row(C)] })) as ResultSet;
    expect(completePush([other], "try", push())).toMatchObject({ before: null, next: { revision: B } });
  });
});

describe("the revisions of a push", () => {
  it("keep the author and comment that were told first, by any push", () => {
    const other = completed([], push({ revision: C, revisions: [row(A), row(C)] })) as ResultSet;
    const later = push({ revisions: [row(A, { author: "Eve", comment: "changed" }), row(B)] });
    expect(completed([other], later)?.revisions).toEqual([row(A), row(B)]);
  });

  it("are lengthened where they were told by 12 characters", () => {
    const short = row(A.slice(0, 12));
    const before = { ...skeleton("try", B), revisions: [short] };
    expect(completed([before], push())?.revisions).toEqual([{ ...short, revision: A }, row(B)]);
  });

  it("that stood on a skeleton and are not submitted stay", () => {
    const before = { ...skeleton("try", B), revisions: [row(C)] };
    expect(completed([before], push())?.revisions).toEqual([row(C), row(A), row(B)]);
  });

  it("of the same name in another repository are others", () => {
    const before = { ...skeleton("try", B), revisions: [row(A, { repository: "other" })] };
    expect(completed([before], push())?.revisions).toHaveLength(3);
  });
});

describe("the pushes of one call", () => {
  it("leave a revision that several name to the last of them", () => {
    const linked = linkedOnce([push(), push({ revision: C, revisions: [row(B), row(C)] })]);
    expect(linked.map(({ revisions }) => revisions.map(({ revision }) => revision[0]).join(""))).toEqual([
      "a",
      "bc",
    ]);
  });

  it("keep the name of one that loses its last row", () => {
    const { revision: _left, ...unnamed } = push();
    const [first] = linkedOnce([unnamed, push({ revision: C, revisions: [row(A), row(B), row(C)] })]);
    expect(first).toMatchObject({ revision: B, revisions: [] });
  });

  it("are read by each of their revisions once, in short form", () => {
    expect(keysOf("try", push({ revisions: [row(A), row(B), row(B.slice(0, 12))] }))).toEqual([
      `try/${B.slice(0, 12)}`,
      `try/${A.slice(0, 12)}`,
    ]);
  });
});
