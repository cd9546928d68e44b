import type { ArchivePage, LostSegment } from "../../archive/read-archive.ts";
import type { Verdict } from "../../judge/verdict.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";
import type { Message } from "../progress/message.ts";
import { bugFault } from "../write/bug-fault.ts";
import type { Replayed, ReplayOptions } from "./replay-archive.ts";
import { ReplayCount, type ReplayEnd } from "./replay-count.ts";
import { toStep } from "./replay-step.ts";

export type JudgeArchiveOptions = Pick<ReplayOptions, "rules" | "watch" | "stop">;

const endOf = {
  accepted: "accepted",
  push: "accepted",
  artifact: "accepted",
  skipped: "skipped",
  rejected: "rejected",
} as const satisfies Record<Verdict["kind"], ReplayEnd>;

/**
 * Judges archived messages, and counts the verdicts. Nothing is written. An item that only a store can refuse, such as an artifact
 * of an unknown job, counts as accepted.
 *
 * @throws Unavailable if the store with the archive stayed away.
 */
export async function judgeArchive(
  pages: AsyncIterable<ArchivePage>,
  { rules, watch, stop }: JudgeArchiveOptions,
): Promise<Replayed> {
  const turns = new EventLoopTurns();
  const count = new ReplayCount();
  const lost: LostSegment[] = [];
  for await (const { entries, lost: unread, ...place } of pages) {
    watch.onStep(place, count.messages);
    if (unread !== null) lost.push(unread);
    for (const entry of entries) {
      if (stop.aborted) return { count, lost, isDone: false };
      const step = await toStep(entry, rules, place);
      count.message(entry.origin);
      if (step.kind === "state") count.job(entry.origin, "accepted", null);
      else judge(step.progress.message, count);
      await turns.giveIfDue();
    }
  }
  return { count, lost, isDone: true };
}

function judge({ origin, read }: Message, count: ReplayCount): void {
  try {
    const { jobs, verdictOf } = read();
    for (let index = 0; index < jobs; index++) {
      const verdict = verdictOf(index);
      count.job(origin, endOf[verdict.kind], verdict.kind === "rejected" ? verdict.fault.reason : null);
    }
  } catch (error) {
    count.job(origin, "failed", bugFault(error).reason);
  }
}
