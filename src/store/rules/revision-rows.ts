import { type Revision, shortRevision } from "../../domain/result-set.ts";

interface PlacedRow {
  readonly at: number;
  readonly row: Revision;
}

/** The rows of some pushes. A row is found by its key, because a stranger may submit thousands. */
export class RevisionRows {
  /** The first row with each revision as it was submitted. */
  readonly #byRevision = new Map<string, PlacedRow>();
  /** The first row with each short form. */
  readonly #byShort = new Map<string, Revision>();

  constructor(rows: readonly Revision[]) {
    for (const [at, row] of rows.entries()) {
      const [exact, short] = [keyOf(row.repository, row.revision), shortKeyOf(row)];
      if (!this.#byRevision.has(exact)) this.#byRevision.set(exact, { at, row });
      if (!this.#byShort.has(short)) this.#byShort.set(short, row);
    }
  }

  /** Returns the first row with the same revision in the same repository; see `isSameRevision`. */
  find({ repository, revision }: Revision): Revision | null {
    const short = shortRevision(revision);
    if (short === revision) return this.#byShort.get(keyOf(repository, short)) ?? null;
    const whole = this.#byRevision.get(keyOf(repository, revision));
    const cut = this.#byRevision.get(keyOf(repository, short));
    if (whole === undefined || cut === undefined) return (whole ?? cut)?.row ?? null;
    return (whole.at < cut.at ? whole : cut).row;
  }
}

/** Returns a key that is the same for all forms of a row's revision in its repository. */
export function shortKeyOf({ repository, revision }: Revision): string {
  return keyOf(repository, shortRevision(revision));
}

function keyOf(repository: string, revision: string): string {
  return JSON.stringify([repository, revision]);
}
