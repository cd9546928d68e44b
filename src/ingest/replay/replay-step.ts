import type { ArchivedMessage } from "../../domain/archived-message.ts";
import type { SettableState } from "../../domain/job-state.ts";
import type { RestOrigin } from "../../domain/origin.ts";
import { isSettable, stateIn, stateUpdateAt, type UpdatedJob } from "../../domain/state-update.ts";
import { begin, type MessageProgress } from "../progress/message-progress.ts";
import { type ReplayRules, replayedMessage } from "./replayed-message.ts";

/** One archived message to replay: jobs for the write path, or a request that sets the state of one job. */
export type ReplayStep =
  | { readonly kind: "jobs"; readonly progress: MessageProgress; readonly at: StepPlace }
  | {
      readonly kind: "state";
      readonly job: UpdatedJob;
      readonly state: SettableState;
      readonly origin: RestOrigin;
      readonly received_at: string;
      readonly at: StepPlace;
    };

/** A message's place in the archive. */
export interface StepPlace {
  /** All messages that arrived before this time (ISO 8601) come before it. */
  readonly since: string;
  /** The id of the segment that was read last. */
  readonly segment: string;
}

export async function toStep(
  archived: ArchivedMessage,
  rules: ReplayRules,
  at: StepPlace,
): Promise<ReplayStep> {
  const { origin, received_at, body } = archived;
  const job = origin.kind === "rest" ? stateUpdateAt(origin.endpoint) : null;
  if (origin.kind === "rest" && job !== null) {
    const state = stateIn(body);
    if (isSettable(state)) return { kind: "state", job, state, origin, received_at, at };
  }
  return { kind: "jobs", progress: begin(await replayedMessage(archived, rules)), at };
}

/** Returns the size of a message, in bytes. */
export function sizeOf(step: ReplayStep): number {
  return step.kind === "jobs" ? step.progress.message.raw.body.length : 0;
}
