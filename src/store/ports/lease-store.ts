/** Who holds a lease. */
export interface LeaseHolder {
  readonly owner: string;
  /** ISO 8601. */
  readonly until: string;
}

/** Lets one of many workers do work that needs to be done only once. Times are those of the workers' own clocks. */
export interface LeaseStore {
  /**
   * Takes a lease that is free, has run out, or is the owner's own, for this long from now.
   *
   * @returns null if the owner has it now; otherwise who has it.
   */
  takeLease(name: string, owner: string, ttlMs: number): Promise<LeaseHolder | null>;
  /** Gives a lease back. The lease of another owner stays. */
  releaseLease(name: string, owner: string): Promise<void>;
}
