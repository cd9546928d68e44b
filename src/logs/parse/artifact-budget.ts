import type { LogFault } from "../../domain/log-faults.ts";

/**
 * Returns whether `bytes` more bytes may be kept in an artifact. If not, the artifact would be too large.
 *
 * @param canBeLeftOut - the artifact is useful without these bytes, so leaving them out is not a fault.
 */
export type Spend = (bytes: number, canBeLeftOut?: boolean) => boolean;

/** Returns the length of a value as JSON text in UTF-8, in bytes. */
export function jsonBytes(value: string | number | null): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Limits the size of each artifact of a log, so that a hostile log cannot fill the memory. */
export class ArtifactBudget {
  readonly #maxBytes: number;
  #fault: LogFault | null = null;

  /** @param maxBytes - the limit for the blob of each artifact. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The fault of the first artifact that would be too large; null if there is none. */
  get fault(): LogFault | null {
    return this.#fault;
  }

  /** Returns the budget of one artifact. Readers spend slightly more than they keep, never less. */
  of(artifact: string): Spend {
    let left = this.#maxBytes;
    return (bytes, canBeLeftOut = false) => {
      // Nothing is subtracted, because a smaller part may still fit.
      if (canBeLeftOut && bytes > left) return false;
      left -= bytes;
      if (left >= 0) return true;
      this.#fault ??= { reason: "artifact-too-large", artifact, limitBytes: this.#maxBytes };
      return false;
    };
  }
}
