import { resultSetId } from "../../domain/ids.ts";
import type { ResultSet, ResultSetSubmission } from "../../domain/result-set.ts";
import type { PreparedSubmission } from "../../domain/submission.ts";
import type { StoreOutcome } from "../ports/submission-store.ts";
import { completePush, keysOf } from "./complete-push.ts";
import { earliest, findPush, lengthened, revisionKeys, skeleton } from "./find-push.ts";

/**
 * The pushes of a batch: those that were read, and those that the batch creates or changes. They are kept in maps, because a
 * publisher may name thousands of revisions in one message.
 */
export class PushBook {
  /** Every push, under each of its {@link revisionKeys}. */
  readonly #byKey = new Map<string, readonly ResultSet[]>();
  readonly #byHash = new Map<string, readonly ResultSet[]>();
  readonly #storedIds: ReadonlySet<string>;
  /** The pushes to write, by id. */
  readonly changed = new Map<string, ResultSet>();

  constructor(read: readonly ResultSet[]) {
    for (const push of read) this.#note(push);
    this.#storedIds = new Set(read.map((push) => this.idOf(push)));
  }

  /** Returns whether a push was not stored when the batch was read. */
  isNew(id: string): boolean {
    return !this.#storedIds.has(id);
  }

  /** Returns the preferred numbers of the new pushes. A push gets another number if another push has the preferred one. */
  wantedNumbers(): [id: string, number: number][] {
    return [...this.changed].filter(([id]) => this.isNew(id)).map(([id, { rest_id }]) => [id, rest_id]);
  }

  idOf({ project, short_revision }: ResultSet): string {
    return resultSetId(project, short_revision);
  }

  /**
   * Returns the push of a submission, or a skeleton if nobody has submitted it yet; null for an unknown hash.
   *
   * @param receivedAt - when the submission arrived, in ISO 8601.
   */
  pushOf({ project, revision, revision_hash }: PreparedSubmission, receivedAt: string): ResultSet | null {
    if (revision === null) return earliest(this.#byHash.get(hashKey(project, revision_hash)) ?? []);
    const found = findPush(this.#byKey.get(resultSetId(project, revision)) ?? [], revision);
    if (found === null) return this.#put(skeleton(project, revision, receivedAt));
    const longer = lengthened(found, revision);
    return longer === null ? found : this.#put(longer);
  }

  /**
   * Creates or completes the submitted push. A push is not created if another push already has its hash.
   *
   * @param receivedAt - when the submitted push arrived, in ISO 8601.
   */
  complete(project: string, submitted: ResultSetSubmission, receivedAt: string): StoreOutcome {
    const known = keysOf(project, submitted).flatMap((key) => this.#byKey.get(key) ?? []);
    const completed = completePush([...new Set(known)], project, submitted, receivedAt);
    if (completed === null) return { kind: "unchanged" };
    const { before, next } = completed;
    const other = before === null ? this.#withHash(project, submitted.revision_hash) : null;
    if (other !== null) return { kind: "unchanged", keptPush: other.revision };
    // A skeleton uses its revision as a placeholder for the hash. The completed push must no longer be found by it.
    if (before !== null) removeFrom(this.#byHash, hashKey(project, before.revision_hash), before);
    this.#put(next);
    return { kind: "stored" };
  }

  #withHash(project: string, hash: string | undefined): ResultSet | null {
    return hash === undefined ? null : earliest(this.#byHash.get(hashKey(project, hash)) ?? []);
  }

  #put(push: ResultSet): ResultSet {
    this.#note(push);
    this.changed.set(this.idOf(push), push);
    return push;
  }

  #note(push: ResultSet): void {
    for (const key of revisionKeys(push)) replaceIn(this.#byKey, key, push);
    replaceIn(this.#byHash, hashKey(push.project, push.revision_hash), push);
  }
}

/** Adds a push under a key, in place of any push with the same top revision. */
function replaceIn(pushes: Map<string, readonly ResultSet[]>, key: string, push: ResultSet): void {
  removeFrom(pushes, key, push);
  pushes.set(key, [...(pushes.get(key) ?? []), push]);
}

/** Removes any push with the same top revision from a key. */
function removeFrom(pushes: Map<string, readonly ResultSet[]>, key: string, push: ResultSet): void {
  const known = pushes.get(key) ?? [];
  pushes.set(
    key,
    known.filter(({ short_revision }) => short_revision !== push.short_revision),
  );
}

function hashKey(project: string, hash: string | null): string {
  return JSON.stringify([project, hash]);
}

/** The fields by which a submission names its push. */
type Named = Pick<PreparedSubmission, "project" | "revision" | "revision_hash">;

/** Returns the keys for looking up the pushes of a batch: those of revisions, and the hashes of submissions without a revision. */
export function pushKeys(submissions: readonly Named[]): { keys: string[]; hashes: [string, string][] } {
  const keys = new Set<string>();
  const hashes = new Map<string, [string, string]>();
  for (const { project, revision, revision_hash } of submissions) {
    if (revision !== null) keys.add(resultSetId(project, revision));
    else if (revision_hash !== null) hashes.set(`${project}/${revision_hash}`, [project, revision_hash]);
  }
  return { keys: [...keys], hashes: [...hashes.values()] };
}
