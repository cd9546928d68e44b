import { describe, expect, it } from "@jest/globals";
import type { StoredRejection } from "../../../src/domain/rejection.ts";
import { checkRoad } from "../../../src/queries/road/road-check.ts";
import type { KnownOfTask, RoadFacts } from "../../../src/queries/road/road-facts.ts";
import type { ExplainedJob } from "../../../src/store/ports/job-reads.ts";
import type { RoadStep, RoadStepName } from "../../../src/web/publish/road-view.ts";
import { aPreparedSubmission } from "../../examples.ts";
import { aDepth, aStatus } from "../../http/observe/a-status.ts";

const NOW = Date.parse("2026-01-05T12:00:00Z");
const nothing: KnownOfTask = { jobs: [], rejections: [], only_counted: [] };
const question = { task: "guid/0", exchange: "e/jobs", routing_key: "t.try", project: "try" };

/** Returns the facts about a job of which nothing is known, while everything works. A test overrides only the members that matter to it. */
function facts(overrides: Partial<RoadFacts> = {}): RoadFacts {
  return {
    question,
    known: nothing,
    isStoreAway: false,
    workers: [idle()],
    acceptsProject: () => true,
    unreadable: [],
    project: { name: "try", exists: true, lastPostAt: "2026-01-05T11:59:00.000Z" },
    nowMs: NOW,
    ...overrides,
  };
}

/** A worker with an empty queue that knows the exchange. */
function idle(overrides: Parameters<typeof aStatus>[0] = {}) {
  return aStatus({
    queue: { name: "q", limit: 8000, depth: aDepth({ ready_messages: 0 }) },
    exchanges: [
      {
        ...{ exchange: "e/jobs", received: 7, last_received_at: "2026-01-05T11:59:58.000Z" },
        ended: { stored: 6, unchanged: 1, skipped: 0, rejected: 0, failed: 0 },
      },
    ],
    ...overrides,
  });
}

const registry = aStatus().registry;

function aJob(
  overrides: Partial<ExplainedJob["job"]> = {},
  coalesced_to: string | null = null,
): ExplainedJob {
  return {
    job: {
      ...aPreparedSubmission().job,
      ...{ project: "try", rest_id: 1, result_set: "try/aaaaaaaaaaaa", failure_classification_id: 1 },
      ...{ running_eta: 0, refused: [], last_modified: "", version: 1, write_id: "" },
      transitions: [
        {
          ...{ origin: "pulse", exchange: "e/jobs", routing_key: "t.try", redelivered: false },
          ...{ state: "completed", result: "success", received_at: "2026-01-05T11:00:00.000Z" },
        },
      ],
      ...overrides,
    },
    ...{ coalesced_to, logs: [], result_set: null, artifacts: [], suggestions: [] },
  };
}

function aRejection(overrides: object = {}): StoredRejection {
  return {
    ...{ origin: "pulse", exchange: "e/jobs", routing_key: "t.try", id: "3fa9c01d77aa00000000000000000000" },
    ...{ project: "try", task_id: "guid/0", count: 3, expires_at: "" },
    ...{ first_seen: "2026-01-05T10:00:00.000Z", last_seen: "2026-01-05T11:00:00.000Z" },
    fault: {
      reason: "schema-violation",
      violations: [{ pointer: "/timeStarted", keyword: "format", message: "must be a date-time" }],
    },
    payload: { encoding: "json", content: "{}", bytes: 2, sha256: "", truncated: false, blanked: false },
    ...overrides,
  } as StoredRejection;
}

function stepOf(name: RoadStepName, of: RoadFacts): RoadStep {
  const [way] = checkRoad(of).ways;
  const step = way?.steps.find((each) => each.name === name);
  if (step === undefined) throw new Error(`there is no step ${name}`);
  return step;
}

describe("the steps are in the order in which a job passes them", () => {
  const found = ["stored", "rejected"];
  const pulse = [
    ...found,
    "listed",
    "degraded",
    "bound",
    "accepted",
    "reading",
    "heard",
    "readable",
    "unscheduled",
  ];
  const rest = [...found, "project", "posted"];
  const ways = (of: RoadFacts) =>
    checkRoad(of).ways.map(({ way, steps }) => [way, steps.map(({ name }) => name)]);
  const fromClient = { origin: "rest", client_id: "secret-client", endpoint: "/api/project/try/jobs/" };
  const noExchange = { ...question, exchange: null, routing_key: null };

  it("of a message", () => {
    expect(ways(facts())).toEqual([["pulse", pulse]]);
  });

  it("of a job that was posted over REST, according to its rejection", () => {
    const known = { ...nothing, rejections: [aRejection(fromClient)] };
    expect(ways(facts({ question: noExchange, known }))).toEqual([["rest", rest]]);
  });

  it("of both, if nothing shows how the job was sent", () => {
    expect(ways(facts({ question: noExchange }))).toEqual([
      ["pulse", pulse],
      ["rest", rest],
    ]);
  });

  it("and no step names a client", () => {
    const known = { ...nothing, rejections: [aRejection(fromClient)] };
    expect(JSON.stringify(checkRoad(facts({ question: noExchange, known })))).not.toContain("secret-client");
  });

  it("of the exchange that the job came through, if no exchange was given", () => {
    const [way] = checkRoad(facts({ question: noExchange, known: { ...nothing, jobs: [aJob()] } })).ways;
    expect(way).toMatchObject({ way: "pulse", exchange: "e/jobs" });
    expect(way?.steps.map(({ verdict }) => verdict)).toEqual(pulse.map(() => "passed"));
  });
});

describe("each step has a verdict and a reason", () => {
  const counts = {
    exchange: "e/jobs",
    rejections: 1,
    messages: 2,
    first_seen: "",
    last_seen: "2026-01-05T09:00:00.000Z",
  };
  const bare = { task: null, exchange: null, routing_key: null, project: null };
  it.each<[RoadStepName, RoadStep["verdict"], string, RoadFacts]>([
    ["stored", "passed", "It is stored.", facts({ known: { ...nothing, jobs: [aJob()] } })],
    ["stored", "passed", "2 runs", facts({ known: { ...nothing, jobs: [aJob(), aJob({ tier: 3 })] } })],
    ["stored", "maybe", "It is stored.", facts({ known: { ...nothing, jobs: [aJob({ tier: 3 })] } })],
    [
      "stored",
      "maybe",
      "stored",
      facts({ known: { ...nothing, jobs: [aJob({ state: "pending" }, "x/0")] } }),
    ],
    ["stored", "passed", "stored", facts({ known: { ...nothing, jobs: [aJob({}, "x/0")] } })],
    ["stored", "stopped", "No job with the task id guid/0", facts()],
    ["stored", "unknown", "No task id", facts({ question: bare, known: null })],
    ["stored", "unknown", "does not answer", facts({ known: null, isStoreAway: true })],
    ["rejected", "passed", "No rejection", facts()],
    [
      "rejected",
      "stopped",
      "3 messages were rejected",
      facts({ known: { ...nothing, rejections: [aRejection()] } }),
    ],
    [
      "rejected",
      "maybe",
      "as schema-violation",
      facts({ known: { ...nothing, jobs: [aJob()], rejections: [aRejection()] } }),
    ],
    [
      "rejected",
      "maybe",
      "5 recent rejected messages were only counted",
      facts({
        known: { ...nothing, only_counted: [{ day: "2026-01-05", exchange: "e/jobs", messages: 5 }] },
      }),
    ],
    ["listed", "passed", "lists e/jobs", facts()],
    ["listed", "stopped", "does not list e/x", facts({ question: { ...question, exchange: "e/x" } })],
    ["listed", "unknown", "No worker", facts({ workers: [] })],
    ["listed", "unknown", "No exchange was given", facts({ question: bare, known: null })],
    ["degraded", "passed", "No worker reports trouble", facts()],
    [
      "degraded",
      "stopped",
      "there is no such exchange",
      facts({
        workers: [
          idle({
            registry: {
              ...registry,
              degraded: [{ exchange: "e/jobs", reason: "there is no such exchange" }],
            },
          }),
        ],
      }),
    ],
    ["degraded", "unknown", "does not list", facts({ question: { ...question, exchange: "e/x" } })],
    ["bound", "passed", "t.try matches t.try", facts()],
    [
      "bound",
      "stopped",
      "t.autoland matches none",
      facts({ question: { ...question, routing_key: "t.autoland" } }),
    ],
    ["bound", "unknown", "bound for t.try", facts({ question: { ...question, routing_key: null } })],
    ["accepted", "passed", "may write to try", facts()],
    ["accepted", "stopped", "may not write to try", facts({ acceptsProject: () => false })],
    ["accepted", "unknown", "does not have the registry", facts({ acceptsProject: null })],
    ["accepted", "unknown", "No project", facts({ question: { ...question, project: null } })],
    ["reading", "passed", "are empty. 95 % of messages take at most 50 ms", facts()],
    ["reading", "maybe", "40 messages in the queue", facts({ workers: [aStatus()] })],
    [
      "reading",
      "maybe",
      "0 messages in the queue and 3 in the spool",
      facts({ workers: [idle({ spool: { jobs: 3, bytes: 9, oldest_age_seconds: 1, trouble: null } })] }),
    ],
    [
      "reading",
      "stopped",
      "No worker is consuming now: broker: not connected",
      facts({
        workers: [
          idle({ problems: ["broker: not connected"], broker: { ...aStatus().broker, consuming: false } }),
        ],
      }),
    ],
    ["heard", "passed", "2 s ago, at 2026-01-05 11:59:58 UTC; 7 jobs", facts()],
    [
      "heard",
      "maybe",
      "No message from it has arrived since 2026-01-05 10:00",
      facts({ workers: [idle({ exchanges: [] })] }),
    ],
    ["readable", "passed", "could be read", facts()],
    [
      "readable",
      "maybe",
      "2 messages from it could not be read",
      facts({ unreadable: [{ ...counts, reason: "malformed-body" }] }),
    ],
    ["readable", "unknown", "too many rejections", facts({ unreadable: null })],
    ["unscheduled", "maybe", "leaves no trace", facts()],
    ["unscheduled", "passed", "A job is stored", facts({ known: { ...nothing, jobs: [aJob()] } })],
  ])("%s: %s, %s", (name, verdict, reason, of) => {
    const step = stepOf(name, of);
    expect(step).toMatchObject({ verdict, reason: expect.stringContaining(reason) });
    // Every step that stops the job says what to do.
    if (verdict === "stopped") expect(step.next).toMatch(/^[A-Z].*\.$/);
  });

  it.each<[RoadStepName, RoadStep["verdict"], string, Partial<RoadFacts>]>([
    ["project", "passed", "try has pushes", {}],
    [
      "project",
      "stopped",
      "Nothing is stored for a project",
      { project: { name: "tri", exists: false, lastPostAt: null } },
    ],
    ["project", "unknown", "No project", { project: null }],
    ["posted", "passed", "1 min ago", {}],
    ["posted", "maybe", "No client", { project: { name: "try", exists: true, lastPostAt: null } }],
    ["posted", "unknown", "does not answer", { isStoreAway: true, known: null }],
  ])("over REST, %s: %s, %s", (name, verdict, reason, overrides) => {
    const of = facts({ question: { ...question, exchange: null }, ...overrides });
    const rest = checkRoad(of).ways.find(({ way }) => way === "rest");
    const step = rest?.steps.find((each) => each.name === name);
    expect(step).toMatchObject({ verdict, reason: expect.stringContaining(reason) });
  });
});

it("a stored job is reported with its push and the filter that hides it", () => {
  const known = { ...nothing, jobs: [aJob({ tier: 3 })] };
  expect(stepOf("stored", facts({ known })).jobs).toEqual([
    {
      ...{ project: "try", guid: "guid/0", state: "completed", result: "success", tier: 3, push: null },
      hidden_by: "tier",
    },
  ]);
});

it("a rejection shows each error with its pointer, and whether it can be replayed", () => {
  const cut = aRejection({ payload: { ...aRejection().payload, truncated: true } });
  const known = { ...nothing, rejections: [aRejection(), cut] };
  expect(stepOf("rejected", facts({ known })).rejections).toMatchObject([
    {
      reason: "schema-violation",
      errors: [{ pointer: "/timeStarted", message: "must be a date-time" }],
      not_replayed: null,
    },
    { not_replayed: expect.stringContaining("only the beginning") },
  ]);
});
