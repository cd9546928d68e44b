import { counted } from "../../domain/text/counted.ts";
import { duration } from "../../domain/text/duration.ts";
import { utcTime } from "../../domain/text/utc-time.ts";
import { matchesTopic } from "../../domain/topic-match.ts";
import type { RoadStep } from "../../web/publish/road-view.ts";
import { storeAway } from "./found-steps.ts";
import type { RoadFacts, Sought } from "./road-facts.ts";

type Outcome = Pick<RoadStep, "verdict" | "reason" | "next">;

const noWorker: Outcome = {
  verdict: "unknown",
  reason: "No worker could be asked.",
  next: "Ask an operator for the output of pulse-ingest status.",
};
/** The outcome without a hint, because the first step that needs an exchange already says what to do. */
const needsExchange: Outcome = { verdict: "unknown", reason: "No exchange is known.", next: null };
const noExchange: Outcome = {
  verdict: "unknown",
  reason: "No exchange was given, and none is known for this task.",
  next: "Give the exchange that the message was published to.",
};

/** Returns the steps of a Pulse message, from the registry to messages that leave no trace. Pure. */
export function pulseSteps(facts: RoadFacts, sought: Sought): readonly RoadStep[] {
  return [
    { name: "listed", title: "The registry", ...listed(facts, sought) },
    { name: "degraded", title: "The exchange", ...degraded(facts, sought) },
    { name: "bound", title: "The binding", ...bound(facts, sought) },
    { name: "accepted", title: "The project", ...accepted(facts, sought) },
    { name: "reading", title: "The worker", ...reading(facts) },
    { name: "heard", title: "Arrivals", ...heard(facts, sought) },
    { name: "readable", title: "Unreadable messages", ...readable(facts, sought) },
    { name: "unscheduled", title: "State unscheduled", ...unscheduled(facts) },
  ];
}

/** Returns the routing keys that the workers bind for an exchange, or null if no worker's registry lists it. */
function keysOf({ workers }: RoadFacts, exchange: string): readonly string[] | null {
  const found = workers.flatMap(({ registry }) =>
    registry.exchanges.filter((each) => each.exchange === exchange),
  );
  return found.length === 0 ? null : [...new Set(found.flatMap(({ routing_keys }) => routing_keys))];
}

function listed(facts: RoadFacts, { exchange }: Sought): Outcome {
  if (exchange === null) return noExchange;
  if (facts.workers.length === 0) return noWorker;
  if (keysOf(facts, exchange) !== null) {
    return { verdict: "passed", reason: `The registry lists ${exchange}.`, next: null };
  }
  return {
    verdict: "stopped",
    reason: `The registry does not list ${exchange}, so nothing reads its messages.`,
    next: "Check its spelling. Otherwise ask an operator to add it to config/exchanges.yml, and publish again afterwards: earlier messages are not read.",
  };
}

function degraded(facts: RoadFacts, { exchange }: Sought): Outcome {
  if (exchange === null) return needsExchange;
  if (facts.workers.length === 0) return noWorker;
  if (keysOf(facts, exchange) === null) return notListed;
  const found = facts.workers
    .flatMap(({ registry }) => registry.degraded)
    .find((each) => each.exchange === exchange);
  if (found === undefined)
    return { verdict: "passed", reason: "No worker reports trouble with it.", next: null };
  return {
    verdict: "stopped",
    reason: `It cannot be bound: ${found.reason}.`,
    next: "Workers try again every minute. Declare the exchange, or ask an operator to correct its name or the rights; publish again afterwards.",
  };
}

const notListed: Outcome = {
  verdict: "unknown",
  reason: "The registry does not list the exchange.",
  next: null,
};

/** The most routing keys in one text. People would not read more. */
const SHOWN_KEYS = 8;

function bound(facts: RoadFacts, { exchange, routingKey }: Sought): Outcome {
  if (exchange === null) return needsExchange;
  if (facts.workers.length === 0) return noWorker;
  const keys = keysOf(facts, exchange);
  if (keys === null) return notListed;
  const more = keys.length - SHOWN_KEYS;
  const shown = `${keys.slice(0, SHOWN_KEYS).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  if (routingKey === null) {
    return {
      verdict: "unknown",
      reason: `It is bound for ${shown}, but no routing key was given.`,
      next: "Give the routing key of the message.",
    };
  }
  const match = keys.find((key) => matchesTopic(key, routingKey));
  if (match !== undefined)
    return { verdict: "passed", reason: `${routingKey} matches ${match}.`, next: null };
  return {
    verdict: "stopped",
    reason: `${routingKey} matches none of its bindings: ${shown}.`,
    next: "Publish with a routing key that matches one of them, or ask an operator to add its destination and project to the registry.",
  };
}

function accepted({ acceptsProject }: RoadFacts, { exchange, project }: Sought): Outcome {
  if (exchange === null) return needsExchange;
  if (project === null) {
    return { verdict: "unknown", reason: "No project was given.", next: "Give the project of the job." };
  }
  if (acceptsProject === null) {
    return {
      verdict: "unknown",
      reason: "This server does not have the registry.",
      next: "Ask an operator whether accept_projects of the exchange lists the project.",
    };
  }
  if (acceptsProject(exchange, project)) {
    return { verdict: "passed", reason: `${exchange} may write to ${project}.`, next: null };
  }
  return {
    verdict: "stopped",
    reason: `${exchange} may not write to ${project}: accept_projects in the registry does not list it.`,
    next: "Name another project, or ask an operator to add a pattern and to replay the rejected messages.",
  };
}

function reading({ workers }: RoadFacts): Outcome {
  if (workers.length === 0) return noWorker;
  const consuming = workers.filter(({ broker }) => broker.consuming);
  if (consuming.length === 0) {
    const [problem] = workers.flatMap(({ problems }) => problems);
    return {
      verdict: "stopped",
      reason: `No worker is consuming now${problem === undefined ? "" : `: ${problem}`}.`,
      next: "Wait: messages stay in the queue, and workers reconnect by themselves. If it lasts, tell an operator.",
    };
  }
  const ready = workers.reduce((most, { queue }) => Math.max(most, queue.depth?.ready_messages ?? 0), 0);
  const spooled = workers.reduce((sum, { spool }) => sum + spool.jobs, 0);
  const lags = consuming.flatMap(({ recent }) => recent.stored_lag_seconds ?? []);
  const lag =
    lags.length === 0
      ? ""
      : ` 95 % of messages take at most ${duration(lags.reduce((most, { p95 }) => Math.max(most, p95), 0))} from arrival to outcome.`;
  if (ready + spooled > 0) {
    return {
      verdict: "maybe",
      reason: `${counted(ready, "message")} in the queue and ${spooled} in the spool are still waiting.${lag}`,
      next: "Yours may be among them: wait, and look again.",
    };
  }
  return { verdict: "passed", reason: `The queue and the spool are empty.${lag}`, next: null };
}

function heard({ workers, nowMs }: RoadFacts, { exchange }: Sought): Outcome {
  if (exchange === null) return needsExchange;
  if (workers.length === 0) return noWorker;
  const its = workers.flatMap(({ exchanges }) => exchanges.filter((each) => each.exchange === exchange));
  const times = its.flatMap(({ last_received_at }) => last_received_at ?? []).toSorted();
  const last = times.at(-1);
  if (last !== undefined) {
    const received = its.reduce((sum, each) => sum + each.received, 0);
    const ago = duration(Math.max(0, nowMs - Date.parse(last)) / 1000);
    return {
      verdict: "passed",
      reason: `The last message arrived ${ago} ago, at ${utcTime(last)}; ${counted(received, "job")} since the workers started.`,
      next: null,
    };
  }
  const since = workers.map(({ started_at }) => started_at).toSorted()[0];
  return {
    verdict: "maybe",
    reason: `No message from it has arrived since ${since === undefined ? "the start" : utcTime(since)}, when the worker started.`,
    next: "Check that your publisher publishes to this exchange and that the broker confirms it. If it does, compare vhost and routing key.",
  };
}

function readable({ unreadable, isStoreAway }: RoadFacts, { exchange }: Sought): Outcome {
  if (exchange === null) return needsExchange;
  if (isStoreAway) return storeAway;
  if (unreadable === null) {
    return { verdict: "unknown", reason: "There are too many rejections to count them now.", next: null };
  }
  const messages = unreadable.reduce((sum, each) => sum + each.messages, 0);
  if (messages === 0) {
    return { verdict: "passed", reason: "All of its recent messages could be read.", next: null };
  }
  const last = unreadable
    .map(({ last_seen }) => last_seen)
    .toSorted()
    .at(-1);
  const reasons = unreadable.map(({ reason }) => reason).join(", ");
  return {
    verdict: "maybe",
    reason: `${counted(messages, "message")} from it could not be read recently (${reasons}), the last one at ${last === undefined ? "an unknown time" : utcTime(last)}. Their task ids are not known.`,
    next: "If yours was sent at that time, check it below: it must be JSON in UTF-8, and within the limits.",
  };
}

function unscheduled({ known }: RoadFacts): Outcome {
  if (known !== null && known.jobs.length > 0) {
    return { verdict: "passed", reason: "A job is stored, so it was sent in another state.", next: null };
  }
  return {
    verdict: "maybe",
    reason: "A job in the state unscheduled is skipped, and leaves no trace.",
    next: "If the message has this state, the job appears when a later message says that it is pending, running or completed.",
  };
}
