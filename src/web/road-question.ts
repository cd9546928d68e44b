/** A publisher's question where a job is. Each part is null if it was not given. */
export interface RoadQuestion {
  /** A guid or task id. */
  readonly task: string | null;
  readonly exchange: string | null;
  readonly routing_key: string | null;
  readonly project: string | null;
}
