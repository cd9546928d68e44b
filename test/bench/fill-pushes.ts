import type { Arrival, SubmissionStore } from "../../src/store/ports/submission-store.ts";
import { arrivedAt } from "./api-questions.ts";
import { AT_ONCE, arrivals } from "./fill-store.ts";
import { projectOf, revisionOf } from "./message-mix.ts";

const PUSH_EVERY_SECONDS = 600;
/** Long enough ago for a thousand pushes to fit. The last of them are recent, as are most pushes that people read. */
const FIRST_PUSH_SECONDS = Math.floor(Date.now() / 1000) - 1000 * PUSH_EVERY_SECONDS;
const REVISIONS = 5;
/** The others stay skeletons. */
const SUBMITTED_OF_TEN = 9;

export const projectOfPush = (push: number): string => projectOf(push);
export const revisionOfPush = (push: number): string => revisionOf(1_000_000 + push * REVISIONS);
export const authorOfPush = (push: number): string => `developer${push % 80}@example.org`;
/** In seconds since the Unix epoch. */
export const pushedAt = (push: number): number => FIRST_PUSH_SECONDS + push * PUSH_EVERY_SECONDS;

/** Writes pushes of equal size into a store, one after the other, with completed jobs. */
export async function fillPushes(
  store: Pick<SubmissionStore, "storeSubmissions" | "storeResultSets">,
  { jobs, perPush }: { readonly jobs: number; readonly perPush: number },
  onStored: (jobs: number) => void,
): Promise<void> {
  const numbers = Array.from({ length: Math.ceil(jobs / perPush) }, (_, push) => push);
  await store.storeResultSets(numbers.filter((push) => push % 10 < SUBMITTED_OF_TEN).map(toResultSet));
  for (let at = 0; at < jobs; at += AT_ONCE) {
    const batch = arrivals(at, Math.min(AT_ONCE, jobs - at), arrivedAt);
    await store.storeSubmissions(batch.map((arrival, n) => inPush(arrival, Math.floor((at + n) / perPush))));
    onStored(at);
  }
}

function inPush(arrival: Arrival, push: number): Arrival {
  const { submission } = arrival;
  return {
    ...arrival,
    submission: { ...submission, project: projectOfPush(push), revision: revisionOfPush(push) },
  };
}

function toResultSet(push: number) {
  const revision = revisionOfPush(push);
  const author = authorOfPush(push);
  const rows = Array.from({ length: REVISIONS }, (_, n) => ({
    ...{ revision: revisionOf(1_000_000 + push * REVISIONS + n), author, repository: projectOfPush(push) },
    comment: "Bug 1234567 - a comment of the usual length, which says what has been changed and why",
  })).toReversed();
  return {
    project: projectOfPush(push),
    resultSet: { revision, author, push_timestamp: pushedAt(push), revisions: rows },
    received_at: arrivedAt(0),
  };
}
