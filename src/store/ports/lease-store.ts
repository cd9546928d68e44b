/** The worker that holds a lease. */
export interface LeaseHolder {
  readonly owner: string;
  /** When the lease ends, in ISO 8601. */
  readonly until: string;
}

/** Lets one of many workers do work that needs to be done only once. Times are those of the workers' own clocks. */
export interface LeaseStore {
  /**
   * Takes or renews a lease for `ttlMs` from now, if it is free, has expired, or already belongs to this owner.
   *
   * @returns null if the owner has the lease now; otherwise its holder.
   */
  takeLease(name: string, owner: string, ttlMs: number): Promise<LeaseHolder | null>;
  /** Releases a lease. Does nothing if another owner holds it. */
  releaseLease(name: string, owner: string): Promise<void>;
}
