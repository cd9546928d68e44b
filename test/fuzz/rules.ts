import type { PreparedSubmission, StoredPlatform } from "../../src/domain/submission.ts";
import type { JobVerdict } from "../../src/judge/verdict.ts";

const most = {
  ...{
    job_guid: 50,
    who: 50,
    reason: 125,
    state: 25,
    result: 25,
    product_name: 125,
    machine: 100,
    name: 100,
  },
  ...{ job_symbol: 50, group_name: 100, group_symbol: 25, build_system_type: 25 },
} as const;
const platformMost = { os_name: 25, platform: 100, architecture: 25 } as const;
const results = ["success", "testfailed", "busted", "exception", "usercancel", "retry", "unknown"];
const states = ["pending", "running", "completed"];

/** Returns the problems with a verdict, for any message; an empty list if there are none. */
export function wrongsOf(verdict: JobVerdict): string[] {
  switch (verdict.kind) {
    case "skipped":
      return [];
    case "rejected":
      return wrongsOfRejected(verdict);
    case "accepted":
      return wrongsOfSubmission(verdict.submission);
  }
}

function wrongsOfRejected({ fault, payload }: Extract<JobVerdict, { kind: "rejected" }>): string[] {
  // These reasons cannot occur here: they are about our own bugs, headers, and redelivered messages.
  if (["internal-error", "unreadable-delivery", "killed-worker"].includes(fault.reason))
    return [`a fault ${fault.reason}`];
  if (fault.reason === "schema-violation") {
    const { violations } = fault;
    if (violations.length === 0 || violations.length > 20)
      return [`${violations.length} violations are told`];
    return violations.flatMap(({ pointer, message }) => [
      ...(message === "" || message.length > 400 ? [`a message of ${message.length} characters`] : []),
      ...(hasPlace(payload, pointer) ? [] : [`the message has no ${pointer}`]),
    ]);
  }
  if (fault.reason === "unreadable-time" || fault.reason === "unusable-field")
    return hasPlace(payload, fault.pointer) ? [] : [`the message has no ${fault.pointer}`];
  return [];
}

/** Returns whether there is a value at the JSON pointer. `/origin/kind` may also be reported if it is missing. */
function hasPlace(payload: unknown, pointer: string): boolean {
  if (pointer === "/origin/kind") return true;
  let value = payload;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return false;
    value = Object.getOwnPropertyDescriptor(value, name)?.value;
  }
  return true;
}

function wrongsOfSubmission({
  project,
  revision,
  revision_hash,
  job,
  logs,
  artifacts,
  refused,
}: PreparedSubmission): string[] {
  const wrongs: string[] = [];
  const check = (isRight: boolean, what: string): void => void (isRight || wrongs.push(what));
  const text = (value: unknown, limit: number, what: string): void => {
    check(
      typeof value === "string" && [...value].length <= limit && value.isWellFormed(),
      `${what} is ${JSON.stringify(value)?.slice(0, 100)}`,
    );
  };
  for (const [field, limit] of Object.entries(most)) text(job[field as keyof typeof most], limit, field);
  for (const name of ["build_platform", "machine_platform"] as const) {
    for (const [part, limit] of Object.entries(platformMost))
      text(job[name][part as keyof StoredPlatform], limit, `${name}.${part}`);
  }
  for (const option of job.options) text(option, 100, "an option");
  for (const time of [job.submit_timestamp, job.start_timestamp, job.end_timestamp]) {
    check(Number.isSafeInteger(time) && !Object.is(time, -0), `a time stamp is ${time}`);
  }
  check(states.includes(job.state), `the state is ${job.state}`);
  check(results.includes(job.result ?? ""), `the result is ${job.result}`);
  check(job.state === "completed" || job.result === "unknown", `a ${job.state} job has result ${job.result}`);
  check([1, 2, 3].includes(job.tier), `the tier is ${job.tier}`);
  check(
    /^[0-9a-f]{40}$/.test(job.signature) && /^[0-9a-f]{40}$/.test(job.option_collection_hash),
    "a hash is malformed",
  );
  check(/^[\w-]{1,50}$/.test(project), `the project is ${project}`);
  check((revision === null) !== (revision_hash === null), "there is not one name of a push");
  text(revision ?? revision_hash, 50, "the push");
  check(revision !== "" && revision_hash !== "", "the push is empty");
  for (const log of logs) {
    text(log.name, 50, "a log's name");
    text(log.url, 255, "a log's URL");
    check(["pending", "parsed", "failed"].includes(log.parse_status), `a log is ${log.parse_status}`);
  }
  const names = artifacts.map(({ name }) => name).filter((name) => name !== "Job Info");
  check(new Set(names).size === names.length, "two artifacts have one name");
  for (const { name, type, blob } of artifacts) {
    text(name, 50, "an artifact's name");
    text(type, 50, "an artifact's type");
    text(blob, Number.POSITIVE_INFINITY, "a blob");
    if (name === "Job Info") wrongs.push(...wrongsOfDetails(blob));
  }
  for (const { what, reason } of refused) check(what !== "" && reason !== "", "a refusal says nothing");
  return wrongs;
}

function wrongsOfDetails(blob: string): string[] {
  const { job_details } = JSON.parse(blob) as { job_details: Record<string, unknown>[] };
  return job_details.flatMap((detail) =>
    ["title", "value", "url"].flatMap((member) => {
      const value = detail[member];
      const isRight =
        value === null ? member !== "value" : typeof value === "string" && [...value].length <= 512;
      return isRight ? [] : [`a detail's ${member} is ${JSON.stringify(value)?.slice(0, 100)}`];
    }),
  );
}
