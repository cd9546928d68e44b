import { resultSetId } from "../../domain/ids.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { PreparedSubmission } from "../../domain/submission.ts";
import { earliest, findPush, lengthened, revisionKeys, skeleton } from "./find-push.ts";

/**
 * The pushes that a batch is about: those that were read, and those that it makes or lengthens. Found by what names them,
 * since a stranger may name thousands in one message.
 */
export class PushBook {
  /** By each of the keys that a push is stored under. */
  readonly #byKey = new Map<string, readonly ResultSet[]>();
  readonly #byHash = new Map<string, readonly ResultSet[]>();
  /** By id: to be written. */
  readonly changed = new Map<string, ResultSet>();

  constructor(read: readonly ResultSet[]) {
    for (const push of read) this.#note(push);
  }

  idOf({ project, short_revision }: ResultSet): string {
    return resultSetId(project, short_revision);
  }

  /** The push of a submission, a skeleton where nobody has submitted it yet; null for a hash that nobody knows. */
  pushOf({ project, revision, revision_hash }: PreparedSubmission): ResultSet | null {
    if (revision === null) return earliest(this.#byHash.get(hashKey(project, revision_hash)) ?? []);
    const found = findPush(this.#byKey.get(resultSetId(project, revision)) ?? [], revision);
    if (found === null) return this.#put(skeleton(project, revision));
    const longer = lengthened(found, revision);
    return longer === null ? found : this.#put(longer);
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

/** In the place of the one with the same top revision, if there is one. */
function replaceIn(pushes: Map<string, readonly ResultSet[]>, key: string, push: ResultSet): void {
  const known = pushes.get(key) ?? [];
  pushes.set(key, [...known.filter(({ short_revision }) => short_revision !== push.short_revision), push]);
}

function hashKey(project: string, hash: string | null): string {
  return JSON.stringify([project, hash]);
}

/** What names a push. */
type Named = Pick<PreparedSubmission, "project" | "revision" | "revision_hash">;

/** What the pushes of a batch are read by: keys of revisions, and hashes of those that name no revision. */
export function pushKeys(submissions: readonly Named[]): { keys: string[]; hashes: [string, string][] } {
  const keys = new Set<string>();
  const hashes = new Map<string, [string, string]>();
  for (const { project, revision, revision_hash } of submissions) {
    if (revision !== null) keys.add(resultSetId(project, revision));
    else if (revision_hash !== null) hashes.set(`${project}/${revision_hash}`, [project, revision_hash]);
  }
  return { keys: [...keys], hashes: [...hashes.values()] };
}
