import { faultErrors } from "../../domain/explain-fault.ts";
import type { RejectionHead } from "../../domain/rejection.ts";
import { counted } from "../../domain/text/counted.ts";
import { utcTime } from "../../domain/text/utc-time.ts";
import { whyNotReplayed } from "../../domain/why-not-replayed.ts";
import type { ExplainedJob } from "../../store/ports/job-reads.ts";
import type { HiddenBy, RoadJob, RoadRejection, RoadStep } from "../../web/publish/road-view.ts";
import type { RoadFacts } from "./road-facts.ts";

/** The lowest tier whose jobs are shown by default. */
const LOWEST_SHOWN_TIER = 2;
/** The most jobs and rejections that are listed. A task seldom has more runs. */
const LISTED = 20;

/** Returns the step that checks whether the job is stored, and whether the grid shows it by default. */
export function storedStep({ question, known, isStoreAway }: RoadFacts): RoadStep {
  const step = { name: "stored", title: "The store" } as const;
  if (isStoreAway) return { ...step, ...storeAway };
  if (question.task === null || known === null) {
    return {
      ...step,
      verdict: "unknown",
      reason: "No task id was given.",
      next: "Give the task id of the message, with or without the run (abc123 or abc123/0).",
    };
  }
  const jobs = known.jobs.slice(0, LISTED).map(toRoadJob);
  if (jobs.length === 0) {
    return {
      ...step,
      verdict: "stopped",
      reason: `No job with the task id ${question.task} is stored.`,
      next:
        known.rejections.length > 0
          ? "It was rejected: see the next step."
          : "Check its spelling: case matters. Then follow the steps below.",
    };
  }
  const hidden = jobs.filter(({ hidden_by }) => hidden_by !== null);
  const found = { ...step, reason: foundText(known.jobs.length), jobs };
  if (hidden.length === 0) return { ...found, verdict: "passed", next: null };
  return {
    ...found,
    verdict: hidden.length === jobs.length ? "maybe" : "passed",
    next: hidden.some(({ hidden_by }) => hidden_by === "tier")
      ? "Jobs of tier 3 are hidden by default: show them with the filter for tiers."
      : "Coalesced jobs are hidden by default: the link to the push shows them.",
  };
}

function foundText(jobs: number): string {
  return jobs === 1 ? "It is stored." : `${jobs} runs of it are stored.`;
}

function toRoadJob({ job, coalesced_to, result_set }: ExplainedJob): RoadJob {
  const { project, job_guid: guid, state, result, tier } = job;
  return {
    ...{ project, guid, state, result, tier },
    push: result_set?.short_revision ?? null,
    hidden_by: hiddenBy(job, coalesced_to !== null),
  };
}

function hiddenBy({ state, tier }: ExplainedJob["job"], isCoalesced: boolean): HiddenBy | null {
  if (tier > LOWEST_SHOWN_TIER) return "tier";
  // A completed job is shown with its result, even if it was coalesced.
  return state !== "completed" && isCoalesced ? "coalesced" : null;
}

/** Returns the step that checks whether messages about the task were rejected. */
export function rejectedStep({ question, known, isStoreAway }: RoadFacts): RoadStep {
  const step = { name: "rejected", title: "Rejections" } as const;
  if (isStoreAway) return { ...step, ...storeAway };
  if (question.task === null || known === null) {
    return { ...step, verdict: "unknown", reason: "No task id was given.", next: null };
  }
  const { jobs, rejections } = known;
  const messages = rejections.reduce((sum, { count }) => sum + count, 0);
  if (messages === 0) return { ...step, ...onlyCounted(known) };
  const [newest] = rejections;
  const isReplayable = rejections.some((rejection) => whyNotReplayed(rejection) === null);
  return {
    ...step,
    // An older message may have been rejected although the job is stored by now.
    verdict: jobs.length > 0 ? "maybe" : "stopped",
    reason: `${counted(messages, "message")} ${messages === 1 ? "was" : "were"} rejected, the last one at ${utcTime(newest?.last_seen ?? "")} as ${newest?.fault.reason}.`,
    next: isReplayable
      ? "Fix the message and publish it again. If the registry or a limit was the cause, have an operator replay it."
      : "Fix the message and publish it again.",
    rejections: rejections.slice(0, LISTED).map(toRoadRejection),
  };
}

function onlyCounted({
  only_counted,
}: NonNullable<RoadFacts["known"]>): Pick<RoadStep, "verdict" | "reason" | "next"> {
  const messages = only_counted.reduce((sum, each) => sum + each.messages, 0);
  if (messages === 0) return { verdict: "passed", reason: "No rejection names it.", next: null };
  return {
    verdict: "maybe",
    reason: `No rejection names it, but ${counted(messages, "recent rejected message")} ${messages === 1 ? "was" : "were"} only counted, because a daily quota was full.`,
    next: "Check the message below: the same rules apply there.",
  };
}

function toRoadRejection(rejection: RejectionHead): RoadRejection {
  const { id, task_id, project, fault, count, first_seen, last_seen } = rejection;
  return {
    ...{ id, task_id, project, reason: fault.reason, count, first_seen, last_seen },
    errors: faultErrors(fault).map(({ pointer, message }) => ({ pointer, message })),
    not_replayed: whyNotReplayed(rejection),
  };
}

export const storeAway: Pick<RoadStep, "verdict" | "reason" | "next"> = {
  verdict: "unknown",
  reason: "The store does not answer now.",
  next: "Look again when it is back. Nothing is lost: messages wait until then.",
};
