import type { Binding } from "../../domain/binding.ts";

/** A binding in the ledger. */
export interface KnownBinding extends Binding {
  /** The last worker that had it in its registry. */
  readonly wanted_by: string;
  /** When that worker last confirmed it, in ISO 8601; null if the worker has ended since. */
  readonly wanted_at: string | null;
}

/** The bindings that workers made for their queues. Those that are no longer in any registry can be found and removed. */
export interface BindingLedger {
  /** Returns an empty list for an unknown queue. */
  readBindings(queue: string): Promise<readonly KnownBinding[]>;
  /** Records bindings that exist or are about to be made. A known one gets the new worker and time; others stay unchanged. */
  noteBindings(queue: string, bindings: readonly KnownBinding[]): Promise<void>;
  forgetBindings(queue: string, bindings: readonly Binding[]): Promise<void>;
}

/** The workers that the ledger names. */
export interface BindingWorkers {
  /** Returns the workers that have confirmed a binding of this queue since then. @param since - in ISO 8601. */
  listBindingWorkers(queue: string, since: string): Promise<readonly string[]>;
}
