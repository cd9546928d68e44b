import { senderOf } from "../../domain/origin.ts";
import type { Rejection } from "../../domain/rejection.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";
import type { JudgedJob } from "../progress/message.ts";
import { type Refused, toRejection } from "./to-rejection.ts";

/** The approximate amount of content that a store writes in one call, without giving the event loop a turn. */
const BYTES_AT_ONCE = 1024 * 1024;

/** A job to reject, and the rejection that is kept of it. */
interface MadeRejection<Refusal> {
  readonly refusal: Refusal;
  readonly rejection: Rejection;
}

/**
 * Creates rejections in the order of the refusals. Yields a few at a time, because all of them together may be very large. Gives the
 * event loop its turns.
 *
 * @param maxBytes - how much of a payload is kept.
 * @param quotaOf - returns the name of the daily quota for a sender's rejections, or null if they count against no quota.
 */
export async function* makeRejections<Refusal extends { readonly job: JudgedJob; readonly refused: Refused }>(
  refusals: readonly Refusal[],
  maxBytes: number,
  quotaOf: (sender: string) => string | null,
): AsyncGenerator<readonly MadeRejection<Refusal>[], void> {
  const turns = new EventLoopTurns();
  let made: MadeRejection<Refusal>[] = [];
  let bytes = 0;
  for (const refusal of refusals) {
    const { job, refused } = refusal;
    const quota = quotaOf(senderOf(job.message.origin));
    const rejection = toRejection(job.message, refused, maxBytes);
    made.push({ refusal, rejection: quota === null ? rejection : { ...rejection, quota } });
    bytes += rejection.payload.content.length;
    await turns.giveIfDue();
    if (bytes < BYTES_AT_ONCE) continue;
    yield made;
    made = [];
    bytes = 0;
  }
  if (made.length > 0) yield made;
}
