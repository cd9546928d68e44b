import { checkLaw, type LawReport } from "./law.ts";
import { expireOldJobs, withoutOldJobs, wrongAboutOldJobs } from "./old-jobs.ts";
import type { PostCounts } from "./poster.ts";
import { replayRun } from "./replay-archive-of-run.ts";
import { spoolsLeft, untilSettled, untilWorkDone } from "./settle.ts";
import { checkMoves } from "./told.ts";
import type { Traffic } from "./traffic.ts";
import type { World } from "./world.ts";

/** How a run ended. */
export interface Judgement extends LawReport {
  /** The verdicts on the posted job messages. These messages are counted among the published ones. */
  readonly posted: PostCounts;
  /** Messages that were sent with headers that break clients. */
  readonly poisoned: number;
  /** Reports about counters that differ from logs or documents, about workers that died by themselves, and so on. */
  readonly troubles: readonly string[];
}

const SETTLE_LIMIT_MS = 180_000;

/** Waits until all messages have ended, stops the workers, and checks the law on the documents. */
export async function judge(world: World, traffic: Traffic, stop: AbortSignal): Promise<Judgement> {
  const { fleet, deletions } = world;
  const { posted } = traffic;
  const troubles: string[] = [];
  await untilSettled(world, SETTLE_LIMIT_MS, stop).catch((error: unknown) => troubles.push(String(error)));
  stop.throwIfAborted();
  await untilWorkDone(world, SETTLE_LIMIT_MS, stop);
  await fleet.stopAll();
  // Workers that were killed may not have retried it.
  await world.onStore(expireOldJobs);
  const all = await world.documents();
  troubles.push(...wrongAboutOldJobs(all));
  const documents = withoutOldJobs(all);
  const law = checkLaw(traffic.confirmed, documents, { deletions, gaps: fleet.gaps });
  troubles.push(
    ...(await replayRun(world.commandEnv, documents, traffic.confirmed)),
    ...fleet.deaths,
    ...fleet.bugs,
    ...fleet.miscounts,
    ...checkMoves(fleet.told, documents),
    // A client must not be told of a change that is not stored, even if the worker was killed a moment later.
    ...checkMoves(posted.told, documents),
    ...posted.troubles,
    ...spoolsLeft(world).map((file) => `the spool ${file} was left`),
  );
  return { ...law, posted: posted.counts, poisoned: traffic.poisoned, troubles };
}
