import type { Binding } from "../../domain/binding.ts";

/** A binding as it is in the ledger. */
export interface KnownBinding extends Binding {
  /** The worker that was the last to have it in its registry. */
  readonly wanted_by: string;
  /** When that worker last said so, ISO 8601; null: it has ended since. */
  readonly wanted_at: string | null;
}

/** What workers bound to their queues, so that what leaves their registries can be removed. */
export interface BindingLedger {
  /** Empty where nothing is known about the queue. */
  readBindings(queue: string): Promise<readonly KnownBinding[]>;
  /** Records what is bound or about to be; one that is known changes its worker. Others stay as they are. */
  noteBindings(queue: string, bindings: readonly KnownBinding[]): Promise<void>;
  forgetBindings(queue: string, bindings: readonly Binding[]): Promise<void>;
}
