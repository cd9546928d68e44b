import type { Binding } from "../../domain/binding.ts";
import type { BindingClaim } from "../../domain/binding-claim.ts";

/** A binding that the ledger has recorded. */
export interface KnownBinding extends Binding {
  /** The claims of workers that have the binding in their registry, in any order. Those of workers that were killed are among them. */
  readonly wanted: readonly BindingClaim[];
}

/** Records the bindings that workers made for their queues, so that bindings no longer in any registry can be found and removed. */
export interface BindingLedger {
  /** Returns the recorded bindings of a queue; an empty list for an unknown queue. */
  readBindings(queue: string): Promise<readonly KnownBinding[]>;
  /** Records a worker's claim to bindings that exist or are about to be made. The claims of other workers stay until they are stale. */
  noteBindings(queue: string, bindings: readonly Binding[], claim: BindingClaim): Promise<void>;
  /** Removes a worker's claim to these bindings. They stay recorded, also without any claim. */
  releaseBindings(queue: string, bindings: readonly Binding[], worker: string): Promise<void>;
  /** Removes bindings from the ledger, with all claims to them. */
  forgetBindings(queue: string, bindings: readonly Binding[]): Promise<void>;
}

/** Lists the workers that the ledger names. */
export interface BindingWorkers {
  /** Returns the workers that have confirmed a binding of this queue at `since` (ISO 8601) or later. */
  listBindingWorkers(queue: string, since: string): Promise<readonly string[]>;
}
