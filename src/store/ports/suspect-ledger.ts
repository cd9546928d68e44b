/** Records messages that may have killed a worker, under keys that the caller makes. */
export interface SuspectLedger {
  /** Records that messages are about to be handled. Returns the number of attempts for each, including this one. */
  enterSuspects(keys: readonly string[]): Promise<readonly number[]>;
  /** Deletes the entries of messages that have reached any outcome. */
  clearSuspects(keys: readonly string[]): Promise<void>;
}
