import { expect, it } from "@jest/globals";
import { settingsSchema } from "../../src/config/settings.ts";
import { judgeLimits } from "../../src/judge/judge-limits.ts";

it("each setting limits its own part of a message", () => {
  const settings = settingsSchema.parse({
    ...{
      MAX_BODY_BYTES: "2000",
      MAX_DEPTH: "11",
      MAX_OBJECTS_PER_MESSAGE: "1200",
      MAX_JOBS_PER_MESSAGE: "13",
    },
    ...{ MAX_LOGS_PER_JOB: "14", MAX_ARTIFACTS_PER_JOB: "15", MAX_DETAILS_PER_JOB: "16" },
    ...{ MAX_COALESCED_PER_JOB: "17", MAX_LABELS_PER_JOB: "18" },
  });
  expect(judgeLimits(settings)).toEqual({
    ...{ maxBodyBytes: 2000, maxDepth: 11, maxObjects: 1200, maxJobs: 13 },
    jobLimits: {
      ...{ logs: 14, artifacts: 15, details: 16, coalesced: 17, labels: 18 },
      ...{ objects: 1200, depth: 11 },
    },
  });
});
