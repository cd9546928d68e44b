/** How many messages every contender holds unacknowledged at most. */
export const PREFETCH = 400;
/** For the store with old jobs: more than a worker removes during a drain. */
export const OLD_JOBS = 6000;
/** For the full store. Filling it takes longer than its drains, so there are no more. */
export const JOBS_THERE = 200_000;
/** How jobs are posted: from how many connections, and how many items in a request. */
export const CONNECTIONS = 4;
export const ITEMS = 100;
