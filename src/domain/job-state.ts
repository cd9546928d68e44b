/** The states of a job. A REST submission may contain other states, which are stored unchanged. */
export type JobState = "pending" | "running" | "completed";

/** The states that a client may set directly, without submitting the job again. */
export const settableStates = ["running", "pending", "completed", "coalesced"] as const;
export type SettableState = (typeof settableStates)[number];

/** The rank of each state. A job moves only to a state with a higher rank. */
export const stateRank: Readonly<Record<JobState, number>> = { pending: 0, running: 1, completed: 2 };

export function isJobState(state: string): state is JobState {
  return Object.hasOwn(stateRank, state);
}
