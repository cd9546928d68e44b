import type { Fault } from "../../domain/faults.ts";
import { refusedWhole } from "../../judge/judge-delivery.ts";
import type { ReadMessage } from "../../judge/verdict.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";
import type { JudgedJob, Message } from "../progress/message.ts";
import { type MessageProgress, nextIndex, withJudged } from "../progress/message-progress.ts";
import { bugFault, isRejectedAfterBug } from "./bug-fault.ts";
import { Slice, type SliceLimits } from "./slice.ts";

/** The jobs that are written together, and the progress of their messages. */
export interface JudgedSlice {
  readonly jobs: readonly JudgedJob[];
  /** All messages that were given, in order. */
  readonly batch: readonly MessageProgress[];
}

/** Judges the first jobs of these messages that have not ended, up to the limits of one write. */
export async function judge(batch: readonly MessageProgress[], limits: SliceLimits): Promise<JudgedSlice> {
  const turns = new EventLoopTurns();
  const slice = new Slice(limits);
  const advanced: MessageProgress[] = [];
  for (const progress of batch) {
    if (slice.isFull) break;
    const decoded = decode(progress);
    await turns.giveIfDue();
    advanced.push(await judgeWhileRoom(decoded, slice, turns));
  }
  return { jobs: slice.jobs, batch: [...advanced, ...batch.slice(advanced.length)] };
}

async function judgeWhileRoom(
  progress: ReadProgress,
  slice: Slice,
  turns: EventLoopTurns,
): Promise<MessageProgress> {
  const { message, reading } = progress;
  const bytesEach = message.raw.body.length / reading.jobs;
  // Jobs that already have a verdict but no end come first.
  for (const job of progress.judged) {
    if (!slice.hasRoom(bytesEach)) return progress;
    slice.add(job, bytesEach);
  }
  const judged = [...progress.judged];
  for (let index = nextIndex(progress); index < reading.jobs && slice.hasRoom(bytesEach); index++) {
    const job = judgeJob(message, reading, index);
    judged.push(job);
    slice.add(job, bytesEach);
    await turns.giveIfDue();
  }
  return withJudged(progress, judged);
}

interface ReadProgress extends MessageProgress {
  readonly reading: ReadMessage;
}

function isDecoded(progress: MessageProgress): progress is ReadProgress {
  return progress.reading !== null;
}

/** Decodes the message if that has not been done. A message that cannot be decoded because of a bug in our code counts as one job. */
function decode(progress: MessageProgress): ReadProgress {
  const { message } = progress;
  if (isDecoded(progress)) return progress;
  const { judged, ended, counted, awaitsArchive } = progress;
  try {
    return { message, reading: message.read(), judged, ended, counted, awaitsArchive };
  } catch (error) {
    const judged = [afterBug(message, 0, error)];
    return { ...progress, reading: refusedWhole(bugFault(error)), judged };
  }
}

/** Judges one job. A bug in the judgement affects only that job. */
function judgeJob(message: Message, { verdictOf }: ReadMessage, index: number): JudgedJob {
  try {
    return { message, index, verdict: verdictOf(index), bugs: [] };
  } catch (error) {
    return afterBug(message, index, error);
  }
}

function afterBug(message: Message, index: number, error: unknown): JudgedJob {
  const fault = bugFault(error);
  const verdict = isRejectedAfterBug(message.origin)
    ? refusedWhole(fault).verdictOf(0)
    : ({ kind: "failed", fault } as const);
  return { message, index, verdict, bugs: [error] };
}

/** Returns the progress of a message that is rejected as a whole, without being read. */
export function refusedUnread(progress: MessageProgress, fault: Fault): MessageProgress {
  return { ...progress, reading: refusedWhole(fault), judged: [], ended: [] };
}
