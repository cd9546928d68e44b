import { createGuard } from "../calls/guard-calls.ts";
import type { Around } from "../calls/wrap-calls.ts";
import type { limitAnswers } from "./answer-limit.ts";
import type { Collections } from "./mongodb-collections.ts";
import { asUnavailable, blamed } from "./mongodb-faults.ts";

/** Creates the policies by which calls are made. A method gets its policy from the group that it belongs to. */
export function createPolicies(
  { versions }: Pick<Collections, "versions">,
  { within }: Pick<ReturnType<typeof limitAnswers>, "within">,
) {
  const { guard, end } = createGuard(asUnavailable);

  /** For calls that a worker waits for: it must not wait forever. */
  const forWorkers: Around = (call) => guard(() => within(call));

  /** For writes of what strangers sent: a write that the server refuses must not be tried forever. */
  const forStrangers: Around = (write) =>
    forWorkers(async () => {
      try {
        return await write();
      } catch (error) {
        throw await blamed(error, writeProbe);
      }
    });

  /** For calls that a person waits for, who may stop waiting. They may take long, and have no limit of their own. */
  const forPeople: Around = (call) => guard(() => within(call, null));

  async function writeProbe(): Promise<void> {
    await versions.replaceOne({ _id: "probe" }, { version: new Date().toISOString() }, { upsert: true });
  }

  return {
    forStrangers,
    forWorkers,
    forPeople,
    /** Refuses all further calls. Returns true the first time. */
    end,
  };
}
