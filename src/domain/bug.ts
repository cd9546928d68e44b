/** A bug as it is shown beside an error line. Text that the bug tracker leaves out is `""`. */
export interface SuggestedBug {
  readonly id: number;
  readonly summary: string;
  readonly status: string;
  readonly resolution: string;
  readonly crash_signature: string;
  /** Joined with `,`. */
  readonly keywords: string;
  readonly os: string;
}

/** A bug as it is kept in the bug cache. */
export interface Bug extends SuggestedBug {
  /** When it was last changed: ISO 8601, UTC; null: not known. */
  readonly modified: string | null;
}
