import { isFullRevision, isSkeleton, type ResultSet } from "../../domain/result-set.ts";
import { byCodePoint } from "../../domain/signature.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import { canonicalJson } from "../../domain/text/canonical-json.ts";
import type { Copied, CopiedKind } from "../ports/copy-store.ts";
import { compareStates } from "./advance-job.ts";

/**
 * The state of a document in the target store, compared with the source document.
 *
 * - `missing`: the target has no such document. The source document is written.
 * - `earlier`: the target document is in an earlier state. It is replaced; see `merge-copy.ts`.
 * - `same`: the documents are equal. Nothing is written.
 * - `later`: workers of the target have written the document in the same state or a later one. It is kept.
 * - `different`: the target has another document under the same key. It is kept.
 */
export type CopyJudgement = "missing" | "earlier" | "same" | "later" | "different";

interface Rule<K extends CopiedKind> {
  /** Returns the members to compare. Numbers, versions, leases, orders and arrival times are left out, because each store has its own. */
  readonly content: (document: Copied<K>) => unknown;
  /** Judges two documents with different contents. */
  readonly judge: (source: Copied<K>, target: Copied<K>) => Exclude<CopyJudgement, "missing" | "same">;
}

const rules: { readonly [K in CopiedKind]: Rule<K> } = {
  options: { content: ({ options }) => options, judge: () => "different" },
  push: {
    content: ({ push: { rest_id: _number, last_modified: _time, ...push } }) => push,
    judge: ({ push: source }, { push: target }) => judgePushes(source, target),
  },
  job: {
    content: ({ job: { rest_id: _number, version: _version, write_id: _writeId, ...job } }) => job,
    judge: ({ job: source }, { job: target }) => judgeJobs(source, target),
  },
  artifact: {
    content: ({ type, blob, made_by }) => [type, blob, made_by],
    // Two workers may make different artifacts from the same log or summary, e.g. because they know other bugs.
    judge: (_source, { made_by }) => (made_by === "log" || made_by === "summary" ? "later" : "different"),
  },
  log: {
    content: ({ kind: _kind, attempts: _attempts, order: _order, next_attempt_at, ...log }) => [
      log,
      next_attempt_at !== null,
    ],
    judge(source, target) {
      if (target.parse_status === "parsed") return "later";
      if (source.parse_status === "parsed") return "earlier";
      return target.last_modified > source.last_modified ? "later" : "earlier";
    },
  },
  suggestions: { content: ({ blob, exchange }) => [blob, exchange], judge: () => "different" },
  // The greater guid wins, as when messages arrive.
  coalesced: {
    content: ({ into_guid }) => into_guid,
    judge: (source, target) => (byCodePoint(source.into_guid, target.into_guid) > 0 ? "earlier" : "later"),
  },
  rejection: {
    content: ({ rejection }) => rejection,
    judge: ({ rejection: source }, { rejection: target }) =>
      source.last_seen > target.last_seen ||
      source.first_seen < target.first_seen ||
      source.count > target.count
        ? "earlier"
        : "later",
  },
  quota: {
    content: ({ kept, bytes, only_counted }) => [kept, bytes, only_counted],
    judge: (source, target) =>
      source.kept > target.kept || source.bytes > target.bytes || source.only_counted > target.only_counted
        ? "earlier"
        : "later",
  },
  // The target's own workers record the bindings that they want.
  binding: { content: ({ wanted }) => wanted, judge: () => "later" },
  suspect: {
    content: ({ attempts }) => attempts,
    judge: (source, target) => (source.attempts > target.attempts ? "earlier" : "later"),
  },
  // A credential in the target is never replaced, because nothing shows which of the two is newer.
  credential: {
    content: ({ credential: { last_used_at: _at, last_used_from: _from, ...credential } }) => credential,
    judge: () => "different",
  },
  nonce: { content: ({ client_id, at }) => [client_id, at], judge: () => "different" },
};

/** Compares a document with the one under the same key in the target store; see {@link CopyJudgement}. Pure. */
export function judgeCopy<K extends CopiedKind>(source: Copied<K>, target: Copied<K> | null): CopyJudgement {
  if (target === null) return "missing";
  if (copyContent(source) === copyContent(target)) return "same";
  return judgeDifferent(source, target);
}

/** Returns the compared content of a document as canonical text, which is the same in both stores if the content is. */
export function copyContent<K extends CopiedKind>(document: Copied<K>): string {
  return contentOf(document.kind, document);
}

/** The fields that show whether two documents are versions of one job. */
type Lineage = Pick<StoredJob, "project" | "transitions">;

/**
 * Compares two jobs with the same number and different guids. Returns whether `earlier` is an earlier version of `later`: a retry has
 * then renamed the job in one of the stores since it was copied.
 */
export function isRenamedSince(earlier: Lineage, later: Lineage): boolean {
  const last = earlier.transitions.at(-1);
  if (last === undefined || earlier.project !== later.project) return false;
  return later.transitions.some(
    ({ state, received_at }) => state === last.state && received_at === last.received_at,
  );
}

function contentOf<K extends CopiedKind>(kind: K, document: Copied<K>): string {
  return canonicalJson(rules[kind].content(document));
}

/** Judges two documents with different contents. */
export function judgeDifferent<K extends CopiedKind>(source: Copied<K>, target: Copied<K>): CopyJudgement {
  return judgeKind(source.kind, source, target);
}

function judgeKind<K extends CopiedKind>(kind: K, source: Copied<K>, target: Copied<K>): CopyJudgement {
  return rules[kind].judge(source, target);
}

/** The fields that {@link judgeJobs} compares. */
export type JudgedJob = Pick<StoredJob, "write_id" | "state" | "last_modified">;

/** Judges two versions of a job with different contents. */
export function judgeJobs(source: JudgedJob, target: JudgedJob): "earlier" | "later" | "different" {
  // Every write has a new id, so equal ids with different contents indicate an error.
  if (source.write_id === target.write_id) return "different";
  const move = compareStates(target.state, source.state);
  if (move !== "same") return move === "update" ? "earlier" : "later";
  return source.last_modified > target.last_modified ? "earlier" : "later";
}

/**
 * Judges two versions of a push with different contents. A submitted push is later than a skeleton, and a full revision is later than
 * a short one. Of two skeletons, the one that arrived first wins.
 */
function judgePushes(source: ResultSet, target: ResultSet): "earlier" | "later" | "different" {
  const [a, b] = [pushRank(source), pushRank(target)];
  if (a !== b) return a > b ? "earlier" : "later";
  if (source.push_timestamp !== 0 || target.push_timestamp !== 0) return "different";
  return source.order_at < target.order_at ? "earlier" : "later";
}

function pushRank(push: ResultSet): number {
  return (isSkeleton(push) ? 0 : 2) + (isFullRevision(push.revision) ? 1 : 0);
}
