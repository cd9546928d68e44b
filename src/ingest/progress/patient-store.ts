/** A store whose calls wait while it is away. Its creator decides how long they wait. */
export interface PatientStore<Store> {
  /**
   * Makes a call, and repeats it while the store is away.
   *
   * @param call - must be idempotent, because a call may have succeeded although no answer arrived.
   * @throws Unavailable when the waiting has ended, and any other error that the call throws.
   */
  ask<Result>(call: (store: Store) => Promise<Result>): Promise<Result>;
}
