import { TreeherderClientError } from "./client-errors.ts";
import { DataObject } from "./data-object.ts";
import type { PostedJob, PostedJobFields, PostedPlatform } from "./posted-data.ts";
import { isEmpty, type Structure } from "./structure-rules.ts";

const structure: Structure = {
  name: "TreeherderJob",
  required: [
    { property: "revision", type: "string", maxLength: 40 },
    { property: "project" },
    { property: "job", type: "object" },
    { property: "job.job_guid", type: "string", maxLength: 50 },
  ],
};

/** The statuses that `addLogReference` accepts. The server stores `error` as `pending`. */
const parseStatuses = ["pending", "parsed", "error"] as const;
export type AddedParseStatus = (typeof parseStatuses)[number];

/**
 * One job of a {@link JobCollection}. Every `add...` method sets or extends the member of that name and returns the job. Each
 * method also exists under its name in the Python library.
 */
export class Job extends DataObject<PostedJob> {
  constructor(data?: PostedJob) {
    super(data, emptyJob);
  }

  protected get structure(): Structure {
    return structure;
  }

  /** Sets the top revision of the job's push: 40 characters, or their first 12. */
  addRevision(revision: string): this {
    this.data.revision = revision;
    return this;
  }
  add_revision(revision: string): this {
    return this.addRevision(revision);
  }

  /** @deprecated Use {@link addRevision}. */
  addRevisionHash(hash: string): this {
    process.emitWarning("a revision hash is deprecated; use addRevision", "DeprecationWarning");
    this.data.revision_hash = hash;
    return this;
  }
  /** @deprecated Use {@link addRevision}. */
  add_revision_hash(hash: string): this {
    return this.addRevisionHash(hash);
  }

  addProject(project: string): this {
    this.data.project = project;
    return this;
  }
  add_project(project: string): this {
    return this.addProject(project);
  }

  /** Adds guids of jobs that were coalesced into this one. */
  addCoalescedGuid(guids: readonly string[]): this {
    if (guids.length > 0) this.data.coalesced = [...(this.data.coalesced ?? []), ...guids];
    return this;
  }
  add_coalesced_guid(guids: readonly string[]): this {
    return this.addCoalescedGuid(guids);
  }

  /** Sets the id of the job in its project: up to 50 characters. Call it before {@link addArtifact}. */
  addJobGuid(guid: string): this {
    return this.#set("job_guid", guid);
  }
  add_job_guid(guid: string): this {
    return this.addJobGuid(guid);
  }

  addJobName(name: string): this {
    return this.#set("name", name);
  }
  add_job_name(name: string): this {
    return this.addJobName(name);
  }

  addJobSymbol(symbol: string): this {
    return this.#set("job_symbol", symbol);
  }
  add_job_symbol(symbol: string): this {
    return this.addJobSymbol(symbol);
  }

  addGroupName(name: string): this {
    return this.#set("group_name", name);
  }
  add_group_name(name: string): this {
    return this.addGroupName(name);
  }

  addGroupSymbol(symbol: string): this {
    return this.#set("group_symbol", symbol);
  }
  add_group_symbol(symbol: string): this {
    return this.addGroupSymbol(symbol);
  }

  addDescription(description: string): this {
    return this.#set("desc", description);
  }
  add_description(description: string): this {
    return this.addDescription(description);
  }

  addProductName(name: string): this {
    return this.#set("product_name", name);
  }
  add_product_name(name: string): this {
    return this.addProductName(name);
  }

  addState(state: string): this {
    return this.#set("state", state);
  }
  add_state(state: string): this {
    return this.addState(state);
  }

  addResult(result: string): this {
    return this.#set("result", result);
  }
  add_result(result: string): this {
    return this.addResult(result);
  }

  addReason(reason: string): this {
    return this.#set("reason", reason);
  }
  add_reason(reason: string): this {
    return this.addReason(reason);
  }

  addWho(who: string): this {
    return this.#set("who", who);
  }
  add_who(who: string): this {
    return this.addWho(who);
  }

  /** @param seconds - since the Unix epoch. */
  addSubmitTimestamp(seconds: number | string): this {
    return this.#set("submit_timestamp", seconds);
  }
  add_submit_timestamp(seconds: number | string): this {
    return this.addSubmitTimestamp(seconds);
  }

  /** @param seconds - since the Unix epoch. */
  addStartTimestamp(seconds: number | string): this {
    return this.#set("start_timestamp", seconds);
  }
  add_start_timestamp(seconds: number | string): this {
    return this.addStartTimestamp(seconds);
  }

  /** @param seconds - since the Unix epoch. */
  addEndTimestamp(seconds: number | string): this {
    return this.#set("end_timestamp", seconds);
  }
  add_end_timestamp(seconds: number | string): this {
    return this.addEndTimestamp(seconds);
  }

  addMachine(machine: string): this {
    return this.#set("machine", machine);
  }
  add_machine(machine: string): this {
    return this.addMachine(machine);
  }

  /** Sets the tier. If it is never set, the server uses 1. */
  addTier(tier: number | string): this {
    return this.#set("tier", tier);
  }
  add_tier(tier: number | string): this {
    return this.addTier(tier);
  }

  /** Sets the platform that the job was built for. */
  addBuildInfo(osName: string, platform: string, architecture: string): this {
    return this.#set("build_platform", { os_name: osName, platform, architecture });
  }
  add_build_info(osName: string, platform: string, architecture: string): this {
    return this.addBuildInfo(osName, platform, architecture);
  }

  /** Sets the platform that the job ran on. */
  addMachineInfo(osName: string, platform: string, architecture: string): this {
    return this.#set("machine_platform", { os_name: osName, platform, architecture });
  }
  add_machine_info(osName: string, platform: string, architecture: string): this {
    return this.addMachineInfo(osName, platform, architecture);
  }

  /** Adds options, such as `{ opt: true }`. Only the names count. */
  addOptionCollection(options: Readonly<Record<string, unknown>>): this {
    if (isEmpty(options)) return this;
    const { option_collection: present } = this.#fields;
    const before = Array.isArray(present) ? Object.fromEntries(present.map((name) => [name, true])) : present;
    return this.#set("option_collection", { ...before, ...options });
  }
  add_option_collection(options: Readonly<Record<string, unknown>>): this {
    return this.addOptionCollection(options);
  }

  /**
   * Adds a log. A log without a name or a URL is ignored.
   *
   * @param parseStatus - with `pending`, the server reads the log and generates artifacts from it.
   * @throws TreeherderClientError for any other status.
   */
  addLogReference(name: string, url: string, parseStatus: AddedParseStatus = "pending"): this {
    if (!parseStatuses.includes(parseStatus)) {
      throw new TreeherderClientError(
        `TreeherderJob: Invalid parse_status '${String(parseStatus)}': must be one of: ${parseStatuses.join(", ")}`,
      );
    }
    if (!name || !url) return this;
    const log = { url, name, parse_status: parseStatus };
    return this.#set("log_references", [...(this.#fields.log_references ?? []), log]);
  }
  add_log_reference(name: string, url: string, parseStatus: AddedParseStatus = "pending"): this {
    return this.addLogReference(name, url, parseStatus);
  }

  /** Adds an artifact with the present guid of the job. An artifact with an empty blob is ignored. */
  addArtifact(name: string, type: string, blob: unknown): this {
    if (isEmpty(blob)) return this;
    const { artifacts, job_guid } = this.#fields;
    return this.#set("artifacts", [...(artifacts ?? []), { name, type, blob, job_guid }]);
  }
  add_artifact(name: string, type: string, blob: unknown): this {
    return this.addArtifact(name, type, blob);
  }

  /** The members of `job`, which is created if ready-made data lacks it. */
  get #fields(): PostedJobFields {
    this.data.job ??= { job_guid: "" };
    return this.data.job;
  }

  #set<Name extends keyof PostedJobFields>(name: Name, value: PostedJobFields[Name]): this {
    this.#fields[name] = value;
    return this;
  }
}

function emptyJob(): PostedJob {
  return {
    revision: "",
    project: "",
    coalesced: [],
    job: {
      job_guid: "",
      name: "",
      desc: "",
      job_symbol: "",
      group_name: "",
      group_symbol: "",
      product_name: "",
      state: "",
      result: "",
      reason: "",
      who: "",
      submit_timestamp: "",
      start_timestamp: "",
      end_timestamp: "",
      machine: "",
      build_platform: emptyPlatform(),
      machine_platform: emptyPlatform(),
      option_collection: {},
      log_references: [],
      artifacts: [],
    },
  };
}

function emptyPlatform(): PostedPlatform {
  return { os_name: "", platform: "", architecture: "" };
}
