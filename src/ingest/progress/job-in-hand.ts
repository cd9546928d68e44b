import type { Delivery, Outcome } from "../../domain/delivery.ts";
import type { Verdict } from "../../judge/judge-delivery.ts";

/** One job message of the batch and how it ended; null until it has. */
export interface JobInHand {
  readonly delivery: Delivery;
  /** `failed`: a bug struck before there was a verdict. */
  readonly verdict: Verdict | { readonly kind: "failed" };
  outcome: Outcome | null;
  /** The exchange that the job first came through, where this message of another one has changed it. */
  jobOf?: string;
}
