/** A store whose calls wait while it is away. How long they wait is decided where this is made. */
export interface PatientStore<Store> {
  /**
   * Makes a call, and makes it again while the store is away.
   *
   * @param call - idempotent, because it may have gone through although no answer came.
   * @throws Unavailable when the patience is over; and what the call throws because of a bug.
   */
  ask<Result>(call: (store: Store) => Promise<Result>): Promise<Result>;
}
