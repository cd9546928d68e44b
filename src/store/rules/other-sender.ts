import { type Origin, senderOf, storedSenderOf } from "../../domain/origin.ts";
import type { StoredJob } from "../../domain/stored-job.ts";

/** Returns the sender through which a job first came, if this message comes from another one. */
export function otherSender(
  { transitions }: Pick<StoredJob, "transitions">,
  origin: Origin,
): { readonly jobOf?: string } {
  const [first] = transitions;
  if (first === undefined) return {};
  const sender = storedSenderOf(first);
  return sender === senderOf(origin) ? {} : { jobOf: sender };
}
