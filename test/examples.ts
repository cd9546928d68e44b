import { createHash } from "node:crypto";
import { settingsSchema } from "../src/config/settings.ts";
import type { Delivery } from "../src/domain/delivery.ts";
import type { RestOrigin } from "../src/domain/origin.ts";
import type { PostedArtifact } from "../src/domain/posted-artifact.ts";
import type { Rejection } from "../src/domain/rejection.ts";
import type { PreparedSubmission } from "../src/domain/submission.ts";
import type { ItemRules } from "../src/judge/judge-item.ts";
import { judgeLimits } from "../src/judge/judge-limits.ts";
import { normaliseJob } from "../src/normalise/normalise-job.ts";
import type { Credential } from "../src/store/ports/credential-store.ts";
import type { Arrival, ArtifactArrival } from "../src/store/ports/submission-store.ts";
import type { WorkClaim } from "../src/store/ports/work-store.ts";
import { normaliseSubmission } from "../src/submission/normalise-submission.ts";
import { loadCollectionSchemas } from "../src/validate/collection-schemas.ts";
import { loadSchemas, validateJob } from "../src/validate/validate-job.ts";

export const REVISION = "a".repeat(40);
export const EXCHANGE = "exchange/publisher/jobs";
export const schemas = loadSchemas();
/** The default limits of a worker. */
export const limits = judgeLimits(settingsSchema.parse({}));
/** The rules for posted items. */
export const itemRules: ItemRules = { ...limits, collections: loadCollectionSchemas(), tiers: new Map() };
/** The default rules for normalising a submission. */
export const submissionRules = { ...limits, tiers: new Map() };

/** Returns a job message that is valid in every field. A test names only the fields that matter to it. */
export function aMessage(overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    taskId: "guid/0",
    origin: { kind: "hg.mozilla.org", project: "try", revision: REVISION },
    buildSystem: "taskcluster",
    display: { jobName: "Mochitest", jobSymbol: "M", chunkId: 3, groupSymbol: "T", groupName: "Tests" },
    state: "completed",
    result: "success",
    jobKind: "test",
    version: 1,
    ...overrides,
  };
}

/** Returns the submission of a message in the form in which it is stored. */
export function aPreparedSubmission(overrides: Readonly<Record<string, unknown>> = {}): PreparedSubmission {
  const message = validateJob(aMessage(overrides), schemas);
  if (!message.ok) throw new Error(JSON.stringify(message.fault));
  const submission = normaliseJob(message.value);
  if (!submission.ok) throw new Error(JSON.stringify(submission.fault));
  const prepared = normaliseSubmission(submission.value, submissionRules);
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.fault));
  return prepared.value;
}

/** Returns an approved credential, stored unencrypted. */
export function aCredential(overrides: Partial<Credential> = {}): Credential {
  return {
    ...{ client_id: "client", secret: "clear:secret", projects: null, description: "", owner: null },
    ...{ authorized: true, created_at: "2026-01-05T10:00:00.000Z", last_used_at: null, last_used_from: null },
    ...overrides,
  };
}

/** Returns a claim for the work that {@link anArrival} causes. A test names only the members that matter to it. */
export function aClaim(overrides: Partial<WorkClaim> = {}): WorkClaim {
  return {
    ...{ kind: "log", exchange: EXCHANGE, afterProject: "", limit: 5, leaseMs: 60_000, exceptHosts: [] },
    ...overrides,
  };
}

export function anArrival(overrides: Readonly<Record<string, unknown>> = {}): Arrival {
  return {
    submission: aPreparedSubmission(overrides),
    origin: { kind: "pulse", exchange: EXCHANGE, routingKey: "treeherder.try", redelivered: false },
    received_at: "2026-01-05T10:00:00.000Z",
  };
}

/** The same arrival, from another exchange. */
export function through(exchange: string, arrival: Arrival): Arrival {
  return {
    ...arrival,
    origin: { kind: "pulse", exchange, routingKey: "treeherder.try", redelivered: false },
  };
}

export const restOrigin = {
  kind: "rest",
  clientId: "client-a",
  endpoint: "/api/project/try/jobs/",
} as const satisfies RestOrigin;

/** The same arrival, posted by a client. */
export function overRest(arrival: Arrival): Arrival {
  return { ...arrival, origin: restOrigin };
}

/** Returns an artifact that is posted for the job `guid/0`. A test names only the members that matter to it. */
export function aPostedArtifact(
  overrides: Partial<PostedArtifact> = {},
  blob: unknown = {},
): ArtifactArrival {
  const artifact = { name: "posted", type: "json", blob: JSON.stringify(blob) };
  return {
    artifact: {
      ...{
        project: "try",
        job_guid: "guid/0",
        artifact,
        suggestions_for: null,
        summary_of: null,
        refused: [],
      },
      ...overrides,
    },
    origin: { ...restOrigin, endpoint: "/api/project/try/artifact/" },
    received_at: "2026-01-05T10:00:00.000Z",
  };
}

export function aDelivery(body: unknown, overrides: Partial<Delivery> = {}): Delivery {
  return {
    exchange: EXCHANGE,
    routingKey: "treeherder.try",
    redelivered: false,
    // The current time, so that the result has not expired yet.
    receivedAtMs: Date.now(),
    body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
    oversize: null,
    ...overrides,
  };
}

/** Returns a rejection of a message with this text that arrives now. */
export function aRejection(
  text: string,
  {
    exchange = "e",
    routing_key = "k",
    ...overrides
  }: Partial<Rejection> & { readonly exchange?: string; readonly routing_key?: string } = {},
): Rejection {
  return {
    fault: { reason: "malformed-body", detail: "x" },
    route: { origin: "pulse", exchange, routing_key },
    project: null,
    task_id: null,
    payload: {
      encoding: "json",
      content: JSON.stringify(text),
      bytes: text.length + 2,
      sha256: createHash("sha256").update(text).digest("hex"),
      truncated: false,
      blanked: false,
    },
    received_at: new Date().toISOString(),
    ...overrides,
  };
}
