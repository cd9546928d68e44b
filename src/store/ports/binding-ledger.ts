import type { Binding } from "../../domain/binding.ts";

/** A binding that the ledger has recorded. */
export interface KnownBinding extends Binding {
  /** The worker that last had the binding in its registry. */
  readonly wanted_by: string;
  /** When that worker last confirmed the binding, in ISO 8601; null if that worker has ended normally since then. */
  readonly wanted_at: string | null;
}

/** Records the bindings that workers made for their queues, so that bindings no longer in any registry can be found and removed. */
export interface BindingLedger {
  /** Returns the recorded bindings of a queue; an empty list for an unknown queue. */
  readBindings(queue: string): Promise<readonly KnownBinding[]>;
  /** Records bindings that exist or are about to be made. A binding that is already recorded gets the new worker and time. */
  noteBindings(queue: string, bindings: readonly KnownBinding[]): Promise<void>;
  forgetBindings(queue: string, bindings: readonly Binding[]): Promise<void>;
}

/** Lists the workers that the ledger names. */
export interface BindingWorkers {
  /** Returns the workers that have confirmed a binding of this queue at `since` (ISO 8601) or later. */
  listBindingWorkers(queue: string, since: string): Promise<readonly string[]>;
}
