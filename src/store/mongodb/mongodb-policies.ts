import { createGuard } from "../calls/guard-calls.ts";
import type { Around } from "../calls/wrap-calls.ts";
import type { limitAnswers } from "./answer-limit.ts";
import type { Collections } from "./mongodb-collections.ts";
import { asUnavailable, blamed } from "./mongodb-faults.ts";

/** Creates the policies for calls. Each method belongs to a group, which determines its policy. */
export function createPolicies(
  { versions }: Pick<Collections, "versions">,
  { within }: Pick<ReturnType<typeof limitAnswers>, "within">,
) {
  const { guard, end } = createGuard(asUnavailable);

  /** For calls that a worker waits for. They have a time limit, because a worker must not wait forever. */
  const forWorkers: Around = (call) => guard(() => within(call));

  /** For writes of data from publishers. A write that the server refuses must not be retried forever. */
  const forPublishers: Around = (write) =>
    forWorkers(async () => {
      try {
        return await write();
      } catch (error) {
        throw await blamed(error, writeProbe);
      }
    });

  /** For calls that a person waits for. They may take long and have no time limit, because a person can stop waiting. */
  const forPeople: Around = (call) => guard(() => within(call, null));

  async function writeProbe(): Promise<void> {
    await versions.replaceOne({ _id: "probe" }, { version: new Date().toISOString() }, { upsert: true });
  }

  return {
    forPublishers,
    forWorkers,
    forPeople,
    /** Refuses all further calls. Returns true the first time. */
    end,
  };
}
