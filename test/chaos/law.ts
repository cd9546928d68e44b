import { isJobState, stateRank } from "../../src/domain/job-state.ts";
import type { Documents, JobFound } from "./documents.ts";
import type { Expected, ExpectedJob, Message } from "./expected.ts";
import { type Deletion, type Gap, Losses } from "./losses.ts";

/** A message that the broker has confirmed and not returned, or an item with a verdict. Times are in milliseconds since the epoch. */
export interface Published {
  readonly message: Message;
  readonly way: "pulse" | "rest";
  readonly sentAtMs: number;
  readonly confirmedAtMs: number;
}

/** How the job messages of a run ended; `published` is the sum of the next six members. */
export interface LawReport {
  readonly published: number;
  readonly stored: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly rejected: number;
  readonly lost: number;
  /** Messages that were lost with a queue deleted by force, if a worker reported the gap. */
  readonly announced: number;
  /** Documents that no message caused, and transitions that were made twice. */
  readonly doubled: number;
  /**
   * Entries left in the ledger of suspects, for a message that was lost with its queue, or whose worker was killed
   * before the store was back to remove the entry. They do no harm, and expire.
   */
  readonly suspectsLeft: number;
  /** A description of every breach. `lost` and `doubled` count job messages and documents, each of which may have several breaches. */
  readonly breaches: readonly string[];
}

/**
 * Checks the law on the documents: every confirmed job message is stored in its furthest state, or rejected with the
 * right reason, or skipped; artifacts exist exactly once; every document was caused by a message. Pure.
 */
export function checkLaw(
  published: readonly Published[],
  documents: Documents,
  queue: { readonly deletions: readonly Deletion[]; readonly gaps: readonly Gap[] },
): LawReport {
  const all = published.flatMap(({ message }) => message.jobs);
  const caused = causedBy(all);
  const rejections = new Map(documents.rejections.map((found) => [found.sha256, found]));
  const wrong = new Map<Expected, string | null>();
  const whyWrong = (expected: Expected): string | null => {
    let why = wrong.get(expected);
    if (why === undefined) {
      why = missing(expected, documents, rejections, caused);
      wrong.set(expected, why);
    }
    return why;
  };
  const losses = new Losses(queue.deletions, queue.gaps);
  for (const each of published) {
    const whys = each.message.jobs.map(whyWrong).filter((why) => why !== null);
    if (whys.length > 0) losses.add(each, whys);
  }
  const { lost, announced, breaches } = losses.judged();
  const count = (kind: Expected["kind"]): number =>
    all.filter((expected) => expected.kind === kind && whyWrong(expected) === null).length;
  const moves = [...documents.jobs.values()].reduce((sum, { transitions }) => sum + transitions.length, 0);
  const uncaused = uncausedOf(documents, caused);
  const accepted = count("accepted");
  const stored = Math.min(moves, accepted);
  return {
    published: all.length,
    stored,
    unchanged: accepted - stored,
    skipped: count("skipped"),
    rejected: count("rejected"),
    lost,
    announced,
    doubled: uncaused.length,
    suspectsLeft: documents.suspects,
    breaches: [...breaches, ...uncaused],
  };
}

/** Everything that the messages of one job must leave behind. */
interface JobCaused {
  readonly furthest: ExpectedJob;
  readonly byState: ReadonlyMap<string, ExpectedJob>;
  /** The number of documents, keyed by name. */
  readonly artifacts: ReadonlyMap<string, number>;
}

/** Returns the messages of each job, once each, keyed by the job's `_id`, or by their hash for rejections. */
interface Caused {
  readonly jobs: ReadonlyMap<string, JobCaused>;
  readonly rejections: ReadonlySet<string>;
  readonly logs: ReadonlySet<string>;
  readonly coalesced: ReadonlySet<string>;
  readonly resultSets: ReadonlySet<string>;
}

function causedBy(all: readonly Expected[]): Caused {
  const states = new Map<string, Map<string, ExpectedJob>>();
  const rejections = new Set<string>();
  for (const expected of all) {
    if (expected.kind === "rejected") rejections.add(expected.sha256);
    if (expected.kind !== "accepted") continue;
    const known = states.get(expected.job) ?? new Map<string, ExpectedJob>();
    states.set(expected.job, known.set(expected.state, expected));
  }
  const each = [...states.values()].flatMap((byState) => [...byState.values()]);
  return {
    jobs: new Map([...states].map(([job, byState]) => [job, jobCaused(byState)])),
    rejections,
    logs: new Set(each.flatMap(({ logs }) => Object.keys(logs))),
    coalesced: new Set(each.flatMap(({ coalesced }) => coalesced)),
    resultSets: new Set(each.map(({ resultSet }) => resultSet)),
  };
}

function jobCaused(byState: ReadonlyMap<string, ExpectedJob>): JobCaused {
  const all = [...byState.values()];
  const furthest = all.reduce((a, b) => (stateRank[b.state] > stateRank[a.state] ? b : a));
  return { furthest, byState, artifacts: countEach(all.flatMap(({ artifacts }) => artifacts)) };
}

/** Returns the missing part of a message's effect, or null if none is missing. */
function missing(
  expected: Expected,
  documents: Documents,
  rejections: ReadonlyMap<string, { readonly reason: string }>,
  caused: Caused,
): string | null {
  if (expected.kind === "skipped") return null;
  if (expected.kind === "rejected") {
    const found = rejections.get(expected.sha256);
    if (found?.reason === expected.reason) return null;
    return `rejection ${expected.sha256}: ${found?.reason ?? "none"} instead of ${expected.reason}`;
  }
  const job = documents.jobs.get(expected.job);
  if (job === undefined) return `job ${expected.job}: not there, ${expected.state} was published`;
  const rank = isJobState(job.state) ? stateRank[job.state] : -1;
  const told = `job ${expected.job}, ${expected.state}`;
  if (rank < stateRank[expected.state]) return `${told}: it is ${job.state}`;
  const wrong = job.state === expected.state ? wrongFields(job, expected) : null;
  if (wrong !== null) return `${told}: ${wrong}`;
  const artifacts = countEach(documents.artifacts.get(expected.job) ?? []);
  const wanted = caused.jobs.get(expected.job)?.artifacts;
  const lacking = expected.artifacts.find((name) => (artifacts.get(name) ?? 0) < (wanted?.get(name) ?? 0));
  if (lacking !== undefined) return `${told}: artifact ${lacking} is not there`;
  for (const [log, status] of Object.entries(expected.logs)) {
    const found = documents.logs.get(log);
    if (found !== status) return `${told}: log ${log} is ${found ?? "not there"}, not ${status}`;
  }
  const apart = expected.coalesced.find((id) => !documents.coalesced.has(id));
  if (apart !== undefined) return `${told}: ${apart} did not go into it`;
  return documents.resultSets.has(expected.resultSet) ? null : `${told}: its result set is not there`;
}

function wrongFields(job: JobFound, expected: ExpectedJob): string | null {
  if (job.who !== expected.who) return `it is of ${job.who}`;
  if (job.result !== expected.result) return `its result is ${job.result}, not ${expected.result}`;
  return job.result_set === expected.resultSet ? null : `its result set is ${job.result_set}`;
}

/** Returns every document, or part of one, that exists too often. */
function uncausedOf(documents: Documents, caused: Caused): string[] {
  const breaches: string[] = [];
  for (const [id, job] of documents.jobs) {
    const by = caused.jobs.get(id);
    if (by === undefined) breaches.push(`job ${id}: no message caused it`);
    else breaches.push(...wrongMoves(id, job, by));
  }
  for (const [id, names] of documents.artifacts) {
    const wanted = caused.jobs.get(id)?.artifacts;
    for (const [name, count] of countEach(names)) {
      const more = count - (wanted?.get(name) ?? 0);
      for (let n = 0; n < more; n++) breaches.push(`artifact ${name} of ${id}: one too many`);
    }
  }
  const extra = (what: string, found: Iterable<string>, wanted: ReadonlySet<string>): void => {
    for (const id of found) if (!wanted.has(id)) breaches.push(`${what} ${id}: no message caused it`);
  };
  extra("log", documents.logs.keys(), caused.logs);
  extra("coalesced", documents.coalesced, caused.coalesced);
  extra("result set", documents.resultSets, caused.resultSets);
  extra("rejection", new Set(documents.rejections.map(({ sha256 }) => sha256)), caused.rejections);
  if (documents.rejections.length > new Set(documents.rejections.map(({ sha256 }) => sha256)).size) {
    breaches.push("a rejection is there twice");
  }
  for (let n = 0; n < documents.suggestions; n++) breaches.push("bug suggestions were never made");
  return breaches;
}

function wrongMoves(id: string, { transitions, version }: JobFound, { byState }: JobCaused): string[] {
  const breaches: string[] = [];
  const ranks = transitions.map(({ state }) => (isJobState(state) ? stateRank[state] : -1));
  ranks.forEach((rank, index) => {
    const state = transitions[index]?.state ?? "";
    if (!byState.has(state)) breaches.push(`job ${id}: no message moved it to ${state}`);
    if (index > 0 && rank <= (ranks[index - 1] ?? -1)) breaches.push(`job ${id}: it moved to ${state} again`);
  });
  if (version !== transitions.length) {
    breaches.push(`job ${id}: written ${version} times for ${transitions.length} moves`);
  }
  return breaches;
}

function countEach(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
