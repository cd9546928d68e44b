/** Deliveries that may have killed a worker, by the hash of their route and body. */
export interface SuspectLedger {
  /** Records that the delivery is about to be handled; returns how often it has been, this time included. */
  enterSuspect(hash: string): Promise<number>;
  /** The delivery has ended, whichever way. */
  clearSuspect(hash: string): Promise<void>;
}
