/** Messages that may have killed a worker, by a key that the caller makes. */
export interface SuspectLedger {
  /** Records that these are about to be handled. Returns for each how often it has been, this time included. */
  enterSuspects(keys: readonly string[]): Promise<readonly number[]>;
  /** Deletes the entries of messages that have ended, whichever way. */
  clearSuspects(keys: readonly string[]): Promise<void>;
}
