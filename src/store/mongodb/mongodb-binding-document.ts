import type { Binding } from "../../domain/binding.ts";
import type { BindingClaim } from "../../domain/binding-claim.ts";
import type { KnownBinding } from "../ports/binding-ledger.ts";

/** A binding as this version or an earlier one stored it. An earlier one knew only the worker that confirmed the binding last. */
export interface BindingDocument extends Binding {
  readonly _id: string;
  readonly queue: string;
  /** Missing until a worker of this version confirms the binding. */
  readonly wanted?: readonly BindingClaim[];
  /** These two are missing in new documents, and removed once they are stale. */
  readonly wanted_by?: string;
  readonly wanted_at?: string | null;
}

export function toKnownBinding({
  exchange,
  routing_key,
  wanted = [],
  wanted_by: by,
  wanted_at: at,
}: Omit<BindingDocument, "_id" | "queue">): KnownBinding {
  const earlier = by !== undefined && typeof at === "string" ? [{ by, at }] : [];
  return { exchange, routing_key, wanted: [...wanted, ...earlier] };
}
