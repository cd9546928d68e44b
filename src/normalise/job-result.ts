import type { PulseJob } from "../validate/message-types.ts";

type Kind = PulseJob["jobKind"];
type PulseResult = NonNullable<PulseJob["result"]>;

const named: Readonly<Record<PulseResult, (kind: Kind) => string>> = {
  success: () => "success",
  fail: (kind) => (kind === "test" ? "testfailed" : "busted"),
  exception: () => "exception",
  canceled: () => "usercancel",
  unknown: () => "unknown",
};

/** Returns the stored name of a result, for a step or for a completed job that was not retried. It depends on the job's kind. */
export function stepResult(kind: Kind, result: PulseResult = "unknown"): string {
  return named[result](kind);
}

type JobEnd = Pick<PulseJob, "state" | "isRetried" | "jobKind" | "result">;

/** Returns the result of a job: `unknown` until it is completed, and `retry` if it was abandoned and will run again. */
export function jobResult({ state, isRetried, jobKind, result }: JobEnd): string {
  if (state !== "completed") return "unknown";
  return isRetried === true ? "retry" : stepResult(jobKind, result);
}
