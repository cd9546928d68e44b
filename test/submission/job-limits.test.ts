import { describe, expect, it } from "@jest/globals";
import type { PreparedSubmission, Refusal } from "../../src/domain/submission.ts";
import { judgeDelivery } from "../../src/judge/judge-delivery.ts";
import { normaliseSubmission } from "../../src/submission/normalise-submission.ts";
import { aDelivery, aMessage, limits, schemas, submissionRules } from "../examples.ts";

const { jobLimits } = limits;
const options = { schemas, ...limits, tiers: new Map(), acceptsProject: () => true };
const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));
const link = (n: number) => ({ url: `http://h/${n}`, linkText: "t", label: "l" });
const log = (n: number) => ({ url: `http://h/${n}`, name: `log ${n}` });
const artifact = (n: number) => ({ name: `a${n}`, type: "json", blob: n });
const guid = (n: number) => `guid/${n}`;

/** Returns the submission of a Pulse message. */
function pulse(overrides: Readonly<Record<string, unknown>>): PreparedSubmission {
  const [verdict] = judgeDelivery(aDelivery(aMessage(overrides)), options);
  if (verdict?.kind !== "accepted") throw new Error(JSON.stringify(verdict));
  return verdict.submission;
}

/** Returns the prepared submission of an item of a job collection. */
function rest(job: Readonly<Record<string, unknown>>): PreparedSubmission {
  const item = { project: "p", revision: "r", coalesced: [], job: { job_guid: "g", ...job } };
  const result = normaliseSubmission(item, submissionRules);
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.value;
}

const detailsOf = ({ artifacts }: PreparedSubmission): number =>
  artifacts
    .filter(({ name }) => name === "Job Info")
    .reduce((sum, { blob }) => sum + JSON.parse(blob).job_details.length, 0);
const jobInfo = (count: number) => ({
  name: "Job Info",
  type: "json",
  blob: { job_details: times(count, (n) => ({ title: "t", value: `${n}`, url: null })) },
});

interface Case {
  readonly what: string;
  readonly setting: string;
  readonly limit: number;
  readonly make: (count: number) => PreparedSubmission;
  readonly kept: (submission: PreparedSubmission) => number;
}

const cases: readonly Case[] = [
  {
    what: "logs",
    setting: "MAX_LOGS_PER_JOB",
    limit: jobLimits.logs,
    make: (count) => pulse({ logs: times(count, log) }),
    kept: ({ logs }) => logs.length,
  },
  {
    what: "logs",
    setting: "MAX_LOGS_PER_JOB",
    limit: jobLimits.logs,
    make: (count) => rest({ log_references: times(count, log) }),
    kept: ({ logs }) => logs.length,
  },
  {
    what: "artifacts",
    setting: "MAX_ARTIFACTS_PER_JOB",
    limit: jobLimits.artifacts,
    make: (count) => pulse({ extra: { artifacts: times(count, artifact) } }),
    kept: ({ artifacts }) => artifacts.length,
  },
  {
    what: "artifacts",
    setting: "MAX_ARTIFACTS_PER_JOB",
    limit: jobLimits.artifacts,
    make: (count) => rest({ artifacts: times(count, artifact) }),
    kept: ({ artifacts }) => artifacts.length,
  },
  {
    what: "job details",
    setting: "MAX_DETAILS_PER_JOB",
    limit: jobLimits.details,
    make: (count) => pulse({ jobInfo: { links: times(count, link) } }),
    kept: detailsOf,
  },
  {
    what: "job details",
    setting: "MAX_DETAILS_PER_JOB",
    limit: jobLimits.details,
    make: (count) => rest({ artifacts: [jobInfo(10), jobInfo(count - 10)] }),
    kept: detailsOf,
  },
  {
    what: "coalesced jobs",
    setting: "MAX_COALESCED_PER_JOB",
    limit: jobLimits.coalesced,
    make: (count) => pulse({ coalesced: times(count, guid) }),
    kept: ({ coalesced }) => coalesced.length,
  },
  {
    what: "coalesced jobs",
    setting: "MAX_COALESCED_PER_JOB",
    limit: jobLimits.coalesced,
    make: (count) => rest({ coalesced: times(count, guid) }),
    kept: ({ coalesced }) => coalesced.length,
  },
];

describe.each(cases)("$what of one message ($setting)", ({ what, setting, limit, make, kept }) => {
  it("are all kept up to the limit", () => {
    const submission = make(limit);
    expect(kept(submission)).toBe(limit);
    expect(submission.refused).toEqual([]);
  });

  it("are kept up to the limit, and the job says how many were not", () => {
    const submission = make(limit + 7);
    expect(kept(submission)).toBe(limit);
    expect(submission.refused).toEqual([
      {
        what: `${what} beyond the first ${limit}`,
        reason: `7 left out: ${setting} is ${limit}`,
      },
    ]);
  });
});

it("only the first coalesced ids are kept, even if a message full of them fits the schema", () => {
  const { coalesced, refused } = pulse({ coalesced: times(130_000, guid) });
  expect(coalesced).toEqual(times(jobLimits.coalesced, guid));
  expect(refused).toMatchObject([{ reason: "129000 left out: MAX_COALESCED_PER_JOB is 1000" }]);
});

describe("labels", () => {
  const labels = (count: number) => times(count, (n) => `label${n}`);
  const faultOf = (count: number) => {
    const [verdict] = judgeDelivery(aDelivery(aMessage({ labels: labels(count) })), options);
    return verdict?.kind === "rejected" ? verdict.fault : null;
  };

  it("are part of the signature, so a job with more labels than the limit is rejected", () => {
    expect(faultOf(jobLimits.labels)).toBeNull();
    expect(faultOf(jobLimits.labels + 1)).toEqual({
      reason: "unusable-field",
      pointer: "/labels",
      detail: "has 101 labels; a job may have 100 (MAX_LABELS_PER_JOB)",
    });
  });

  it("are called options over REST, where the same limit applies", () => {
    const option_collection = Object.fromEntries(labels(jobLimits.labels + 1).map((label) => [label, true]));
    const item = { project: "p", revision: "r", coalesced: [], job: { job_guid: "g", option_collection } };
    expect(normaliseSubmission(item, submissionRules)).toMatchObject({
      ok: false,
      fault: { reason: "unusable-field", pointer: "/job/option_collection" },
    });
  });

  it("count once, however often they are given", () => {
    expect(pulse({ labels: times(5000, () => "opt") }).job.options).toEqual(["opt"]);
    const twice = [...labels(jobLimits.labels), ...labels(jobLimits.labels)];
    expect(pulse({ labels: twice }).job.options).toHaveLength(jobLimits.labels);
  });
});

describe("the refused parts of one message", () => {
  const more = /^\d+ more/;
  const last = (refused: readonly Refusal[]) => refused.at(-1)?.what;

  it.each<[string, PreparedSubmission]>([
    ["links", pulse({ jobInfo: { links: [link(0), ...times(200_000, () => 0)] } })],
    ["artifacts of a Pulse message", pulse({ extra: { artifacts: times(200_000, () => 0) } })],
    ["job details", rest({ artifacts: [{ ...jobInfo(0), blob: { job_details: times(500, () => 0) } }] })],
    [
      "parts of every kind",
      pulse({
        logs: times(200, log),
        coalesced: times(2000, guid),
        jobInfo: { links: [link(0), ...times(2000, () => 0)] },
        extra: { artifacts: [...times(200, () => 0), ...times(200, () => ({ name: "x" }))] },
      }),
    ],
  ])("are at most a hundred, and the last one counts the rest: %s", (_kind, { refused }) => {
    expect(refused.length).toBeGreaterThan(50);
    expect(refused.length).toBeLessThanOrEqual(100);
    expect(last(refused)).toMatch(more);
  });

  it("name the limits that were exceeded first", () => {
    const { refused } = pulse({
      logs: times(200, log),
      coalesced: times(2000, guid),
      extra: { artifacts: times(200, () => ({ name: "x" })) },
    });
    expect(refused.slice(0, 3).map(({ what }) => what)).toEqual([
      "logs beyond the first 100",
      "coalesced jobs beyond the first 1000",
      "artifacts beyond the first 100",
    ]);
  });
});
