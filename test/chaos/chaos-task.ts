import { createHash } from "node:crypto";
import { jobId, logId, resultSetId } from "../../src/domain/ids.ts";
import type { JobState } from "../../src/domain/job-state.ts";
import type { Expected } from "./expected.ts";
import type { Random } from "./random.ts";

export interface TaskOptions {
  /** The prefix of every guid, in letters and digits, so that two runs have no job in common. */
  readonly prefix: string;
  /** The address of the host of some logs. */
  readonly logHost: string;
}

/** Projects that the registry accepts. */
export const projects = ["autoland", "mozilla-central", "try"] as const;
const JOBS_A_PUSH = 50;
const stateSets = [
  ["pending", "running", "completed"],
  ["pending", "running", "completed"],
  ["pending", "running", "completed"],
  ["running", "completed"],
  ["pending", "completed"],
  ["completed"],
  ["pending", "running"],
] as const;

interface JobMessage {
  readonly value: Readonly<Record<string, unknown>>;
  readonly expected: Expected;
}

/** One job of the run: its messages, at most one for each state, and the effect that each of them must have. */
export class ChaosTask {
  readonly #index: number;
  readonly #prefix: string;
  readonly #logHost: string;
  readonly #random: Random;

  constructor(index: number, { prefix, logHost }: TaskOptions, random: Random) {
    this.#index = index;
    this.#prefix = prefix;
    this.#logHost = logHost;
    this.#random = random;
  }

  get #guid(): string {
    return guidOf(this.#prefix, this.#index);
  }

  get #push(): number {
    return Math.floor(this.#index / JOBS_A_PUSH);
  }

  get #project(): string {
    return projects[this.#push % projects.length] ?? projects[0];
  }

  get #origin(): Record<string, string> {
    const revision = createHash("sha1").update(`${this.#prefix} ${this.#push}`).digest("hex");
    return { kind: "hg.mozilla.org", project: this.#project, revision };
  }

  /** The messages in the order in which they happen. */
  messages(): JobMessage[] {
    const messages = this.#random.pick(stateSets).map((state) => this.#message(state));
    if (!this.#random.chance(0.03)) return messages;
    const value = { taskId: this.#guid, origin: this.#origin, state: "unscheduled" };
    return [{ value, expected: { kind: "skipped" } }, ...messages];
  }

  #message(state: JobState): JobMessage {
    const random = this.#random;
    const who = `${state}@${this.#guid}`;
    const result = random.chance(0.2) ? "fail" : "success";
    const artifacts: string[] = [];
    const extra: unknown[] = [];
    if (random.chance(0.3)) {
      artifacts.push(`data of ${state}`);
      extra.push({ name: `data of ${state}`, type: "json", blob: { by: who } });
    }
    const done = state === "completed" ? this.#completed() : null;
    return {
      value: {
        taskId: this.#guid,
        origin: this.#origin,
        owner: who,
        state,
        ...(done === null ? {} : { result }),
        ...done?.value,
        extra: { artifacts: extra },
      },
      expected: {
        kind: "accepted",
        job: jobId(this.#project, this.#guid),
        state,
        result: done === null ? "unknown" : result === "fail" ? "testfailed" : "success",
        who,
        resultSet: resultSetId(this.#project, this.#origin["revision"] ?? ""),
        artifacts: [...artifacts, ...(done?.artifacts ?? [])],
        logs: done?.logs ?? {},
        coalesced: done?.coalesced ?? [],
      },
    };
  }

  /** Returns the members that only the end of a job has: details, a log of one of three kinds, a coalesced job. */
  #completed() {
    const random = this.#random;
    const artifacts: string[] = [];
    const value: Record<string, unknown> = {};
    if (random.chance(0.5)) {
      artifacts.push("Job Info");
      value["jobInfo"] = { summary: this.#guid };
    }
    const logs: Record<string, string> = {};
    const addLog = (name: string, url: string, status: string, rest: object = {}): void => {
      value["logs"] = [{ name, url, ...rest }];
      logs[logId(this.#project, this.#guid, name, url)] = status;
    };
    const kind = random.fraction();
    if (kind < 0.015) {
      // The query makes the log's URL unique to this job. The host returns the same log for every query.
      addLog("buildbot_text", `${this.#logHost}/log?of=${this.#index}`, "parsed");
      artifacts.push("text_log_summary", "Bug suggestions", "Job Info");
    } else if (kind < 0.07) {
      addLog("buildbot_text", "https://logs.example.org/read/already", "parsed", { steps: [] });
      artifacts.push("text_log_summary", "Bug suggestions");
    } else if (kind < 0.5) {
      addLog("live", "https://logs.example.org/live", "pending");
    }
    const coalesced: string[] = [];
    // Only the previous job of the same push is coalesced into this one, so no job is coalesced twice.
    if (this.#index % JOBS_A_PUSH > 0 && random.chance(0.02)) {
      const before = guidOf(this.#prefix, this.#index - 1);
      value["coalesced"] = [before];
      coalesced.push(jobId(this.#project, before));
    }
    return { value, artifacts, logs, coalesced };
  }
}

function guidOf(prefix: string, index: number): string {
  return `${prefix}${index.toString(36).padStart(6, "0")}/0`;
}
