import { type Origin, senderOf, storedSenderOf } from "../../domain/origin.ts";
import type { StoredJob } from "../../domain/stored-job.ts";

/** Returns the sender from which a job first arrived, if this message has another sender. */
export function otherSender(
  { transitions }: Pick<StoredJob, "transitions">,
  origin: Origin,
): { readonly jobOf?: string } {
  const [first] = transitions;
  if (first === undefined) return {};
  const sender = storedSenderOf(first);
  return sender === senderOf(origin) ? {} : { jobOf: sender };
}
