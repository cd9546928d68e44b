import { collectionAt } from "./collection.ts";
import type { RejectionHead } from "./rejection.ts";

/** Returns why a rejection cannot be replayed, or null if it can. */
export function whyNotReplayed(rejection: RejectionHead): string | null {
  const { truncated, blanked, bytes, sha256 } = rejection.payload;
  const known = `${bytes} bytes, sha256 ${sha256}`;
  const resend = "its publisher has to send it again";
  if (rejection.origin === "rest" && collectionAt(rejection.endpoint) === null) {
    return `it came over REST, but no collection is posted to ${rejection.endpoint}: ${resend}`;
  }
  if (truncated) return `only the beginning of its payload was kept (of ${known}): ${resend}`;
  return blanked ? `a password in a URL of its payload was not kept (${known}): ${resend}` : null;
}
