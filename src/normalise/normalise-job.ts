import { ok, type Result, refuse } from "../domain/faults.ts";
import type { JobSubmission, Platform, SubmittedLog } from "../domain/submission.ts";
import { type Source, SourceNumber } from "../domain/text/source-json.ts";
import type { PulseJob } from "../validate/message-types.ts";
import { epochSeconds } from "./epoch-seconds.ts";
import { jobResult } from "./job-result.ts";
import { pulseArtifacts, unreadable } from "./pulse-artifacts.ts";

type Machine = NonNullable<Source<PulseJob>["buildMachine"]>;

const times = [
  ["submit_timestamp", "timeScheduled"],
  ["start_timestamp", "timeStarted"],
  ["end_timestamp", "timeCompleted"],
] as const;

/**
 * Converts a validated Pulse job to the submission that a REST client would post. Pure: it uses no clock and no store.
 *
 * @param message - a job that fits the schema. Its times are text.
 * @returns the submission. Its times are whole seconds since the Unix epoch, and absent if the message has none; its logs are in the
 *   order of the message. The fault is `unreadable-time` for a time such as `"not a date"`, which the schema accepts because its
 *   formats are only annotations, and `unusable-field` for a chunk number with a fraction so small that JavaScript rounds it off.
 */
export function normaliseJob(message: Source<PulseJob>): Result<JobSubmission> {
  const timestamps: { [name in (typeof times)[number][0]]?: number } = {};
  for (const [name, member] of times) {
    const text = message[member];
    if (text === undefined) continue;
    const seconds = epochSeconds(text);
    if (seconds === null) return unreadable(`/${member}`, text);
    timestamps[name] = seconds;
  }
  const artifacts = pulseArtifacts(message);
  if (!artifacts.ok) return artifacts;

  const { origin, display, buildMachine, runMachine, tier = 1 } = message;
  const chunk = display.chunkId === undefined ? "" : wholeDigits(textOf(display.chunkId));
  if (chunk === null) {
    return refuse({
      reason: "unusable-field",
      pointer: "/display/chunkId",
      detail: "must be a whole number",
    });
  }
  const job = {
    job_guid: message.taskId,
    name: display.jobName,
    job_symbol: display.jobSymbol + chunk,
    group_name: display.groupName ?? "unknown",
    group_symbol: display.groupSymbol,
    product_name: message.productName ?? "unknown",
    state: message.state,
    result: jobResult(message),
    reason: message.reason ?? "unknown",
    who: message.owner ?? "unknown",
    build_system_type: message.buildSystem,
    tier: Number(textOf(tier)),
    // If there is a build machine without a name, the run machine's name is not used.
    machine: (buildMachine ?? runMachine)?.name ?? "unknown",
    build_platform: toPlatform(buildMachine ?? runMachine),
    machine_platform: toPlatform(runMachine ?? buildMachine),
    option_collection: toOptions(message.labels ?? ["opt"]),
    log_references: (message.logs ?? []).map(toLog),
    artifacts: artifacts.value,
    // The spread is last for speed: before other members it would take a third of this function's time.
    ...timestamps,
  };
  const { project } = origin;
  const { coalesced = [] } = message;
  // An origin is named by one of these two members. The schema allows any value in the other one.
  const { revision, revision_hash } = origin as {
    readonly revision?: unknown;
    readonly revision_hash?: unknown;
  };
  if (typeof revision === "string" && revision !== "") return ok({ project, revision, coalesced, job });
  return ok({ project, ...(typeof revision_hash === "string" ? { revision_hash } : {}), coalesced, job });
}

function textOf(number: number | SourceNumber): string {
  return number instanceof SourceNumber ? number.text : String(number);
}

const jsonNumber = /^(?<whole>\d+)(?:\.(?<fraction>\d+))?(?:e(?<exponent>[+-]?\d+))?$/i;

/** Returns a number as plain digits, without an exponent, or null if it is not a whole number. */
function wholeDigits(text: string): string | null {
  const { whole = "", fraction = "", exponent = "0" } = jsonNumber.exec(text)?.groups ?? {};
  const digits = whole + fraction;
  const point = Math.max(0, whole.length + Number(exponent));
  if (/[1-9]/.test(digits.slice(point))) return null;
  return digits.slice(0, point).padEnd(point, "0").replace(/^0+/, "");
}

function toPlatform(machine: Machine | undefined): Platform {
  if (machine === undefined) return {};
  return { platform: machine.platform, os_name: machine.os, architecture: machine.architecture };
}

function toOptions(labels: readonly string[]): Readonly<Record<string, true>> {
  // The object has no prototype, so that the label `__proto__` is an ordinary key.
  const options: Record<string, true> = Object.create(null);
  for (const label of labels) options[label] = true;
  return options;
}

function toLog({ name, url, steps }: NonNullable<Source<PulseJob>["logs"]>[number]): SubmittedLog {
  return { name, url, parse_status: steps === undefined ? "pending" : "parsed" };
}
