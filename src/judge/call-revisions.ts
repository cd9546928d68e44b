import { type ResultSetSubmission, shortRevision, shortRowKey, topRevision } from "../domain/result-set.ts";

/** The revisions of all pushes in one call. A revision that several pushes list is kept only in the last of them. */
export class CallRevisions {
  /** The short top revision of the last push that contains each row. */
  readonly #owners = new Map<string, string>();

  /** Records the rows of a push. Call it for all pushes of the call, in order. */
  note(push: ResultSetSubmission): void {
    const own = shortRevision(topRevision(push));
    // A push without a revision is rejected, so its rows do not count.
    if (own === "") return;
    for (const row of push.revisions) this.#owners.set(shortRowKey(row), own);
  }

  /** Returns the push with only its own rows. Its top revision stays the same, even if that row belongs to a later push. */
  linked(push: ResultSetSubmission): ResultSetSubmission {
    const top = topRevision(push);
    const own = shortRevision(top);
    const revisions = push.revisions.filter((row) => (this.#owners.get(shortRowKey(row)) ?? own) === own);
    return revisions.length === push.revisions.length ? push : { ...push, revision: top, revisions };
  }
}
