import { duration } from "../../domain/text/duration.ts";
import { utcTime } from "../../domain/text/utc-time.ts";
import type { RoadStep } from "../../web/publish/road-view.ts";
import { storeAway } from "./found-steps.ts";
import type { RoadFacts } from "./road-facts.ts";

type Outcome = Pick<RoadStep, "verdict" | "reason" | "next">;

/** Returns the steps of a job that is posted over REST. They follow the steps that look for the job, and never name a client. Pure. */
export function restSteps(facts: RoadFacts): readonly RoadStep[] {
  return [
    { name: "project", title: "The project", ...projectSeen(facts) },
    { name: "posted", title: "Posts", ...posted(facts) },
  ];
}

const noProject: Outcome = {
  verdict: "unknown",
  reason: "No project was given, and none is known for this task.",
  next: "Give the project that the job was posted to.",
};

function projectSeen({ project, isStoreAway }: RoadFacts): Outcome {
  if (isStoreAway) return storeAway;
  if (project === null) return noProject;
  if (project.exists) return { verdict: "passed", reason: `${project.name} has pushes.`, next: null };
  return {
    verdict: "stopped",
    reason: `Nothing is stored for a project ${project.name}.`,
    next: "Check its spelling. The first accepted job or push creates the project.",
  };
}

function posted({ project, isStoreAway, nowMs }: RoadFacts): Outcome {
  if (isStoreAway) return storeAway;
  if (project === null) return { ...noProject, reason: "No project is known.", next: null };
  const { name, lastPostAt } = project;
  if (lastPostAt !== null) {
    const ago = duration(Math.max(0, nowMs - Date.parse(lastPostAt)) / 1000);
    return {
      verdict: "passed",
      reason: `The last signed request to ${name} arrived ${ago} ago, at ${utcTime(lastPostAt)}.`,
      next: "If yours was later, its answer says what is wrong with it: see the result of each item there.",
    };
  }
  return {
    verdict: "maybe",
    reason: `No client sent its last signed request to ${name}.`,
    next: "Check the address of your client and the status of its requests: 401 and 403 mean that nothing was read.",
  };
}
