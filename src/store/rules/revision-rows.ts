import { type Revision, rowKey, shortRevision, shortRowKey } from "../../domain/result-set.ts";

interface PlacedRow {
  readonly at: number;
  readonly row: Revision;
}

/** The revisions of some pushes, indexed because a publisher may submit thousands of them. */
export class RevisionRows {
  /** The first row for each revision as it was submitted. */
  readonly #byRevision = new Map<string, PlacedRow>();
  /** The first row for each short revision. */
  readonly #byShort = new Map<string, Revision>();

  constructor(rows: readonly Revision[]) {
    for (const [at, row] of rows.entries()) {
      const [exact, short] = [rowKey(row.repository, row.revision), shortRowKey(row)];
      if (!this.#byRevision.has(exact)) this.#byRevision.set(exact, { at, row });
      if (!this.#byShort.has(short)) this.#byShort.set(short, row);
    }
  }

  /** Returns the first row with the same revision in the same repository; see `isSameRevision`. */
  find({ repository, revision }: Revision): Revision | null {
    const short = shortRevision(revision);
    if (short === revision) return this.#byShort.get(rowKey(repository, short)) ?? null;
    const whole = this.#byRevision.get(rowKey(repository, revision));
    const cut = this.#byRevision.get(rowKey(repository, short));
    if (whole === undefined || cut === undefined) return (whole ?? cut)?.row ?? null;
    return (whole.at < cut.at ? whole : cut).row;
  }
}
