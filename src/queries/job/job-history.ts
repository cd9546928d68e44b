import { faultErrors } from "../../domain/explain-fault.ts";
import type { StoredRoute } from "../../domain/origin.ts";
import type { Transition } from "../../domain/stored-job.ts";
import type { ExplainedJob } from "../../store/ports/job-reads.ts";
import type { JobHistory, ShownRejection, ShownTransition } from "../../web/shown-job.ts";
import type { ExplainedRejection } from "../explanation.ts";
import { makersInWords } from "./artifact-texts.ts";

/** The most rejections that are shown. Each is read with its payload, so reading more would be expensive. */
export const MAX_REJECTIONS = 20;
const MAX_ERRORS = 10;

/** Returns the content of the history tab: the same as `explain` prints, but without the ids of REST clients. Pure. */
export function jobHistory(
  { job, artifacts, suggestions }: ExplainedJob,
  rejections: readonly ExplainedRejection[],
): JobHistory {
  return {
    transitions: job.transitions.map(shownTransition),
    refused: job.refused,
    made: artifacts.map((artifact) => ({ name: artifact.name, made_by: makersInWords(artifact) })),
    suggestions,
    rejections: rejections.slice(0, MAX_REJECTIONS).map(shownRejection),
    has_more_rejections: rejections.length > MAX_REJECTIONS,
  };
}

function shownTransition(transition: Transition): ShownTransition {
  const { state, result, received_at } = transition;
  const redelivered = transition.origin === "rest" ? false : transition.redelivered;
  return { state, result, received_at, ...placeOf(transition), redelivered };
}

/** Returns where a message came from. Readers need not know which client posted it; only the operators' page names clients. */
function placeOf(route: StoredRoute): { readonly from: string; readonly by: string } {
  return route.origin === "rest"
    ? { from: "a REST client", by: route.endpoint }
    : { from: route.exchange, by: route.routing_key };
}

function shownRejection(rejection: ExplainedRejection): ShownRejection {
  const { id, fault, count, last_seen } = rejection;
  const { from, by } = placeOf(rejection);
  return {
    ...{ id, reason: fault.reason, count, last_seen, from: `${from}, ${by}` },
    errors: faultErrors(fault)
      .slice(0, MAX_ERRORS)
      .map(({ pointer, message }) => ({ pointer, message })),
  };
}
