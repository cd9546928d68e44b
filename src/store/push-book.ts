import { resultSetId } from "../domain/ids.ts";
import type { ResultSet } from "../domain/result-set.ts";
import type { PreparedSubmission } from "../domain/submission.ts";
import { earliest, findPush, lengthened, skeleton } from "./find-push.ts";

/** The pushes that a batch is about: those that were read, and those that it makes or lengthens. */
export class PushBook {
  readonly #byProject = new Map<string, ResultSet[]>();
  /** By id: to be written. */
  readonly changed = new Map<string, ResultSet>();

  constructor(read: readonly ResultSet[]) {
    for (const push of read) this.#of(push.project).push(push);
  }

  idOf({ project, short_revision }: ResultSet): string {
    return resultSetId(project, short_revision);
  }

  /** The push of a submission, a skeleton where nobody has submitted it yet; null for a hash that nobody knows. */
  pushOf({ project, revision, revision_hash }: PreparedSubmission): ResultSet | null {
    const pushes = this.#of(project);
    if (revision === null) return earliest(pushes.filter((push) => push.revision_hash === revision_hash));
    const found = findPush(pushes, revision);
    if (found === null) return this.#put(skeleton(project, revision));
    const longer = lengthened(found, revision);
    return longer === null ? found : this.#put(longer);
  }

  #put(push: ResultSet): ResultSet {
    const others = this.#of(push.project).filter(
      ({ short_revision }) => short_revision !== push.short_revision,
    );
    this.#byProject.set(push.project, [...others, push]);
    this.changed.set(this.idOf(push), push);
    return push;
  }

  #of(project: string): ResultSet[] {
    const known = this.#byProject.get(project);
    if (known !== undefined) return known;
    const none: ResultSet[] = [];
    this.#byProject.set(project, none);
    return none;
  }
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
