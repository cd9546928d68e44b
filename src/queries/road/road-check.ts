import type { StoredRoute } from "../../domain/origin.ts";
import type { RoadView, RoadWay } from "../../web/publish/road-view.ts";
import { rejectedStep, storedStep } from "./found-steps.ts";
import { pulseSteps } from "./pulse-steps.ts";
import { restSteps } from "./rest-steps.ts";
import type { KnownOfTask, RoadFacts, Sought } from "./road-facts.ts";

/**
 * Checks how far a job has come on its way to the grid. Returns each step with a verdict, a reason and what to do next. Pure.
 *
 * If neither the question nor the store says how the job was sent, both ways are checked.
 */
export function checkRoad(facts: RoadFacts): RoadView {
  const { question, known, isStoreAway } = facts;
  const view = { question, at: new Date(facts.nowMs).toISOString(), is_store_away: isStoreAway };
  const found = [storedStep(facts), rejectedStep(facts)];
  const sought = soughtBy(facts);
  const pulse = (): RoadWay => ({
    way: "pulse",
    exchange: sought.exchange,
    steps: [...found, ...pulseSteps(facts, sought)],
  });
  const rest = (): RoadWay => ({ way: "rest", exchange: null, steps: [...found, ...restSteps(facts)] });
  const wayOf = { pulse, rest };
  if (question.exchange !== null) return { ...view, ways: [pulse()] };
  const origin = latestRoute(known)?.origin;
  return { ...view, ways: origin === undefined ? [pulse(), rest()] : [wayOf[origin]()] };
}

/** Returns the values to check: those of the question; where it has none, those of the newest message about the task. */
export function soughtBy({ question, known }: Pick<RoadFacts, "question" | "known">): Sought {
  const route = latestRoute(known);
  const isFrom = route?.origin === "pulse" && (question.exchange ?? route.exchange) === route.exchange;
  return {
    exchange: question.exchange ?? (isFrom ? route.exchange : null),
    routingKey: question.routing_key ?? (isFrom ? route.routing_key : null),
    project: question.project ?? known?.jobs[0]?.job.project ?? projectRejected(known),
  };
}

function projectRejected(known: KnownOfTask | null): string | null {
  return known?.rejections.find(({ project }) => project !== null)?.project ?? null;
}

/** Returns the route of the newest known message: the last one that moved a job, otherwise the last rejected one. */
function latestRoute(known: KnownOfTask | null): StoredRoute | null {
  const moves = (known?.jobs ?? []).flatMap(({ job }) => job.transitions);
  const [newest] = moves.toSorted((a, b) => b.received_at.localeCompare(a.received_at));
  return newest ?? known?.rejections[0] ?? null;
}
