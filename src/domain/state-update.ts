import { type SettableState, settableStates } from "./job-state.ts";
import { isJsonObject } from "./text/json-object.ts";

/** A job whose state a client sets, identified by its number. */
export interface UpdatedJob {
  readonly project: string;
  readonly restId: number;
}

const path = /^\/api\/project\/([A-Za-z0-9_-]{1,50})\/jobs\/(\d{1,16})\/update_state\/$/;

/** Returns the path at which a client sets the state of a job. */
export function stateUpdatePath({ project, restId }: UpdatedJob): string {
  return `/api/project/${project}/jobs/${restId}/update_state/`;
}

/** Returns the job in a path of {@link stateUpdatePath}, or null for any other path. */
export function stateUpdateAt(endpoint: string): UpdatedJob | null {
  const [, project, number] = path.exec(endpoint) ?? [];
  return project === undefined ? null : { project, restId: Number(number) };
}

/** The maximum body size. A longer body is ignored, because it should contain only one short member. */
const MAX_BODY_BYTES = 10_000;

/** Returns the `state` in the body of a request that sets a job's state, or `""` if there is none. */
export function stateIn(body: Buffer): string {
  if (body.length > MAX_BODY_BYTES) return "";
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return isJsonObject(value) && typeof value["state"] === "string" ? value["state"] : "";
  } catch {
    // Text that is not JSON contains no state. The answer to the client explains the right form.
    return "";
  }
}

export function isSettable(state: string): state is SettableState {
  return settableStates.some((one) => one === state);
}
