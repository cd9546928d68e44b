import { randomBytes } from "node:crypto";
import { expect, it } from "@jest/globals";
import { artifactsToRead, outcomesAfter, planArtifacts } from "../../../src/store/rules/plan-artifacts.ts";
import { aPostedArtifact, EXCHANGE } from "../../examples.ts";

const transition = { origin: "pulse", exchange: EXCHANGE, routing_key: "k", redelivered: false } as const;
const job = {
  transitions: [{ ...transition, state: "running", result: null, received_at: "2026-01-05T10:00:00.000Z" }],
};
const known = { jobs: new Map([["try/guid%2F0", job]]), artifacts: new Set<string>() };

it("an artifact that is too large for a document is rejected, and has no effect", () => {
  const blob = randomBytes(16 * 1024 * 1024).toString("base64");
  const artifact = { name: "text_log_summary", type: "json", blob };
  const plan = planArtifacts(
    [aPostedArtifact({ artifact, suggestions_for: blob, summary_of: "log" })],
    known,
  );
  expect(plan.outcomes).toMatchObject([
    { kind: "rejected", fault: { reason: "unusable-field", pointer: "/blob" } },
  ]);
  expect([plan.artifacts.size, plan.suggestions.size, plan.summarised.length]).toEqual([0, 0, 0]);
});

it("an artifact from another sender than its job's reports that", () => {
  expect(planArtifacts([aPostedArtifact()], known).outcomes).toEqual([{ kind: "stored", jobOf: EXCHANGE }]);
});

it("an artifact that another writer has just added is unchanged", () => {
  const batch = [aPostedArtifact(), aPostedArtifact({ job_guid: "nobody" })];
  const { outcomes } = planArtifacts(batch, known);
  const [written] = artifactsToRead(batch);
  const existed = new Set([written?.id ?? ""]);
  expect(outcomesAfter(batch, outcomes, { existed, gone: new Set() })).toMatchObject([
    { kind: "unchanged" },
    { kind: "rejected" },
  ]);
});

it("an artifact whose job has just been removed is rejected", () => {
  const batch = [aPostedArtifact(), aPostedArtifact()];
  const { outcomes } = planArtifacts(batch, known);
  const unknown = { kind: "rejected", fault: { reason: "unknown-job", project: "try", job_guid: "guid/0" } };
  expect(outcomesAfter(batch, outcomes, { existed: new Set(), gone: new Set(["try/guid%2F0"]) })).toEqual([
    unknown,
    unknown,
  ]);
});
