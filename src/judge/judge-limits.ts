import type { SettingName, Settings } from "../config/settings.ts";
import type { JudgeOptions } from "./judge-delivery.ts";

/** The settings that limit the content of a message. */
export const judgeLimitNames = [
  "MAX_BODY_BYTES",
  "MAX_DEPTH",
  "MAX_OBJECTS_PER_MESSAGE",
  "MAX_JOBS_PER_MESSAGE",
  "MAX_LOGS_PER_JOB",
  "MAX_ARTIFACTS_PER_JOB",
  "MAX_DETAILS_PER_JOB",
  "MAX_COALESCED_PER_JOB",
  "MAX_LABELS_PER_JOB",
] as const satisfies readonly SettingName[];

export type JudgeLimitSettings = Pick<Settings, (typeof judgeLimitNames)[number]>;

/** Returns these settings as options for `judgeDelivery`, for the worker and the command line. */
export function judgeLimits(settings: JudgeLimitSettings) {
  return {
    maxBodyBytes: settings.MAX_BODY_BYTES,
    maxDepth: settings.MAX_DEPTH,
    maxObjects: settings.MAX_OBJECTS_PER_MESSAGE,
    maxJobs: settings.MAX_JOBS_PER_MESSAGE,
    jobLimits: {
      logs: settings.MAX_LOGS_PER_JOB,
      artifacts: settings.MAX_ARTIFACTS_PER_JOB,
      details: settings.MAX_DETAILS_PER_JOB,
      coalesced: settings.MAX_COALESCED_PER_JOB,
      labels: settings.MAX_LABELS_PER_JOB,
      objects: settings.MAX_OBJECTS_PER_MESSAGE,
      depth: settings.MAX_DEPTH,
    },
  } satisfies Partial<JudgeOptions>;
}
