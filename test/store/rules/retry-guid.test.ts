import { describe, expect, it } from "@jest/globals";
import type { Arrival } from "../../../src/store/ports/submission-store.ts";
import { retriedGuid, splitAtRetries } from "../../../src/store/rules/retry-guid.ts";
import { anArrival, overRest } from "../../examples.ts";

const named = (job_guid: string, given: object = {}): Arrival => {
  const arrival = overRest(anArrival({ isRetried: true }));
  const { submission } = arrival;
  return { ...arrival, submission: { ...submission, job: { ...submission.job, job_guid, ...given } } };
};

it.each([
  ["guid_12345", "guid"],
  ["a/b-c_00000", "a/b-c"],
  ["guid", null],
  ["guid_1234", null],
  ["guid_123456", null],
  ["guid_12345 ", null],
  ["_12345", null],
  ["my_job_12345", null],
  ["my_job", null],
])("a retry with the guid %s was started for the job %s", (guid, retried) => {
  expect(retriedGuid(named(guid))).toBe(retried);
});

it("only a completed job with the result `retry`, posted by a client, is a retry", () => {
  expect(retriedGuid(named("guid_12345", { result: "success" }))).toBeNull();
  expect(retriedGuid(named("guid_12345", { state: "running" }))).toBeNull();
  expect(retriedGuid({ ...named("guid_12345"), origin: anArrival().origin })).toBeNull();
});

describe("a batch is split", () => {
  const partsOf = (...guids: readonly string[]): string[] =>
    splitAtRetries(guids.map((guid) => named(guid))).map((part) =>
      part.map(({ submission }) => submission.job.job_guid).join(" "),
    );

  it("not at all without retries, or if each retry concerns only jobs of its own", () => {
    expect(partsOf()).toEqual([]);
    expect(partsOf("a", "b", "a")).toEqual(["a b a"]);
    expect(partsOf("a_00001", "b", "c_00001", "b")).toEqual(["a_00001 b c_00001 b"]);
  });

  it("where a retry and another message concern the same job", () => {
    expect(partsOf("a", "b", "a_00001", "b", "a", "a")).toEqual(["a b", "a_00001 b", "a a"]);
    expect(partsOf("a_00001", "a_00001", "a_00002")).toEqual(["a_00001", "a_00001", "a_00002"]);
  });

  it("before a message after a retry that marks one of its jobs as coalesced, because the mark would move with the job", () => {
    const { submission, ...rest } = named("b");
    const marking = (guid: string) => ({ ...rest, submission: { ...submission, coalesced: [guid] } });
    expect(splitAtRetries([named("a_00001"), marking("a")])).toHaveLength(2);
    expect(splitAtRetries([named("a_00001"), marking("a_00001")])).toHaveLength(2);
    expect(splitAtRetries([named("a_00001"), marking("c")])).toHaveLength(1);
    expect(splitAtRetries([marking("a"), named("a_00001")])).toHaveLength(1);
  });

  it("but not between projects", () => {
    const { submission, ...rest } = named("a");
    const other = { ...rest, submission: { ...submission, project: "other" } };
    expect(splitAtRetries([other, named("a_00001")])).toHaveLength(1);
  });
});
