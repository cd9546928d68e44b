import { type ResultSetSubmission, shortRevision, shortRowKey, topRevision } from "../domain/result-set.ts";

/** The revisions of the pushes of one call: one that several pushes list stays only in the last of them. */
export class CallRevisions {
  /** The last push with each row, by its short top revision. */
  readonly #owners = new Map<string, string>();

  /** Notes the rows of a push. The pushes of the call must come in their order. */
  note(push: ResultSetSubmission): void {
    const own = shortRevision(topRevision(push));
    // It is rejected, so it has no rows.
    if (own === "") return;
    for (const row of push.revisions) this.#owners.set(shortRowKey(row), own);
  }

  /** Returns the push with its own rows. It keeps its top revision, even if that row belongs to a later push. */
  linked(push: ResultSetSubmission): ResultSetSubmission {
    const top = topRevision(push);
    const own = shortRevision(top);
    const revisions = push.revisions.filter((row) => (this.#owners.get(shortRowKey(row)) ?? own) === own);
    return revisions.length === push.revisions.length ? push : { ...push, revision: top, revisions };
  }
}
