import { JobCollection, ResultSetCollection, TreeherderClient } from "../client/src/index.ts";
import { columns } from "../src/cli/output/columns.ts";
import { originInWords } from "../src/domain/origin.ts";
import type { Store } from "../src/store/ports/store.ts";
import type { AddedClient } from "../test/servers/add-client.ts";
import { compareEnds } from "./compare-ends.ts";
import { PUSH } from "./sample-messages.ts";
import { JOB_OF_BOTH_WAYS, postedJobs, postedPush } from "./sample-posts.ts";

/**
 * Posts a push and some jobs to a worker as a REST client does, and prints the verdict on each. Returns true if all are as expected.
 */
export async function postSamples(
  serverUrl: string,
  credentials: AddedClient,
  say: (line: string) => void,
): Promise<boolean> {
  const client = new TreeherderClient({ serverUrl, ...credentials });
  const pushes = new ResultSetCollection();
  pushes.add(pushes.getResultSet(postedPush.body));
  const jobs = new JobCollection();
  for (const { body } of postedJobs) jobs.add(jobs.getJob(body));

  const pushAnswer = await client.postCollection("try", pushes);
  const jobAnswer = await client.postCollection("try", jobs);
  const results = [...pushAnswer.results, ...jobAnswer.results];
  const samples = [postedPush, ...postedJobs];
  const ended = results.map(({ outcome }, at) => ({ guid: samples[at]?.ends[0].guid ?? null, outcome }));
  const { rows, allRight } = compareEnds(samples, ended);
  say(`\nPosted over REST by the client ${credentials.clientId}, to ${serverUrl}:`);
  say(columns([["item", "id", "outcome", ""], ...rows]).trimEnd());
  for (const { index, errors } of jobAnswer.rejected) {
    say(`\nWhy ${postedJobs[index]?.ends[0].guid} was rejected:`);
    for (const { pointer, message } of errors) say(`  ${pointer}: ${message}`);
  }
  return allRight;
}

/** Shows that messages and posts are in the same store. Returns true if they are. */
export async function tellBothWays(store: Store, say: (line: string) => void): Promise<boolean> {
  const view = await store.findJob("try", JOB_OF_BOTH_WAYS);
  const push = await store.findResultSet("try", PUSH);
  const moves = view?.job.transitions ?? [];
  say(
    `\nMessages and posts are in the same store. ${JOB_OF_BOTH_WAYS} was moved by a message, and then by a post:`,
  );
  for (const move of moves) say(`  ${move.state}: ${originInWords(move)}`);
  say(`Its push ${PUSH.slice(0, 12)} is by ${push?.author}, with ${push?.revisions.length} revisions.`);
  return moves.map(({ origin }) => origin).join() === "pulse,rest" && push?.author === postedPush.body.author;
}
