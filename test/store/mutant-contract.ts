import { expect, it } from "@jest/globals";
import { shortRevision } from "../../src/domain/result-set.ts";
import { judgeDelivery } from "../../src/judge/judge-delivery.ts";
import type { JobView } from "../../src/store/ports/job-reads.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { Arrival } from "../../src/store/ports/submission-store.ts";
import { aDelivery, limits, schemas } from "../examples.ts";
import { mutant } from "../fuzz/mutate.ts";
import { randomOf } from "../fuzz/random.ts";
import type { OpenEmpty } from "./empty-store.ts";

const judging = { schemas, ...limits, tiers: new Map(), acceptsProject: () => true };
const BATCH = 50;

/** Returns the accepted jobs of a broken message, each with a guid of its own. */
function arrivalsOf(seed: number, index: number): Arrival[] {
  return judgeDelivery(aDelivery(mutant(randomOf(seed, index))), judging).flatMap((verdict, at) => {
    if (verdict.kind !== "accepted") return [];
    const { submission } = verdict;
    const job = { ...submission.job, job_guid: `${index}/${at}` };
    const origin = { kind: "pulse", exchange: "e", routingKey: "k", redelivered: false } as const;
    return [{ origin, submission: { ...submission, job }, received_at: new Date().toISOString() }];
  });
}

/**
 * Tests that a store accepts every accepted job of a broken message, recognises a repetition, and returns the job unchanged.
 * @param count - the number of messages. Their seed differs in each run, and is shown if a test fails.
 */
export function mutantContract(name: string, openEmpty: OpenEmpty, count: number): void {
  it(`the ${name} store returns jobs unchanged, whatever strangers write into a message`, async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const database = await openEmpty();
    const store = await database.open();
    try {
      const all = Array.from({ length: count }, (_, index) => arrivalsOf(seed, index)).flat();
      expect(all.length).toBeGreaterThan(count / 5);
      for (let at = 0; at < all.length; at += BATCH) {
        const batch = all.slice(at, at + BATCH);
        const outcomes = await store.storeSubmissions(batch);
        const known = batch.filter((_, index) => outcomes[index]?.kind === "stored");
        for (const [index, { submission }] of batch.entries()) {
          // A hash may be unknown; that is the only reason for a rejection here.
          if (submission.revision !== null)
            expect({ seed, ...outcomes[index] }).toEqual({ seed, kind: "stored" });
        }
        expect(await store.storeSubmissions(known)).toEqual(known.map(() => ({ kind: "unchanged" })));
        for (const { submission } of known)
          expect({ seed, ...(await keptOf(store, submission)) }).toEqual({ seed, ...givenOf(submission) });
      }
    } finally {
      await store.close();
      await database.remove();
    }
  }, 180_000);
}

type Given = Arrival["submission"];

function givenOf({ job, logs, artifacts, revision }: Given): object {
  const once = new Set(logs.map(({ name, url }) => JSON.stringify([name, url])));
  return {
    job,
    logs: [...once],
    // Two revisions with the same beginning are one push.
    push: revision === null ? null : shortRevision(revision),
    artifacts: artifacts.filter(({ name }) => name !== "Job Info"),
    hasJobInfo: artifacts.some(({ name }) => name === "Job Info"),
  };
}

async function keptOf(store: Store, { project, job, artifacts, revision }: Given): Promise<object> {
  const view: JobView | null = await store.findJob(project, job.job_guid);
  const members = Object.keys(job).map((member) => [member, view?.job[member as keyof typeof job]]);
  const names = artifacts.map(({ name }) => name).filter((name) => name !== "Job Info");
  return {
    job: Object.fromEntries(members),
    logs: view?.logs.map(({ name, url }) => JSON.stringify([name, url])),
    push: revision === null ? null : (await store.findResultSet(project, revision))?.short_revision,
    artifacts: await Promise.all(names.map((name) => store.findArtifact(project, job.job_guid, name))),
    hasJobInfo: view?.artifacts.includes("Job Info"),
  };
}
