/** A bug that is shown beside an error line. Texts that the bug tracker does not provide are `""`. */
export interface SuggestedBug {
  readonly id: number;
  readonly summary: string;
  readonly status: string;
  readonly resolution: string;
  readonly crash_signature: string;
  /** The keywords, joined with `,`. */
  readonly keywords: string;
  readonly os: string;
}

/** A bug in the bug cache. */
export interface Bug extends SuggestedBug {
  /** When the bug was last changed, in ISO 8601, UTC; null if unknown. */
  readonly modified: string | null;
}
