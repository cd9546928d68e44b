import type { LogFault } from "../../domain/log-faults.ts";

/**
 * Asks whether so many more bytes of an artifact may be kept; false: it would be too large, keep nothing.
 *
 * @param canBeLeftOut - the artifact is of use without it, so that leaving it out is no fault.
 */
export type Spend = (bytes: number, canBeLeftOut?: boolean) => boolean;

/** Bytes of the value as JSON text in UTF-8. */
export function jsonBytes(value: string | number | null): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Bounds what the artifacts of one log may hold, each by itself, so that a hostile log cannot fill the memory. */
export class ArtifactBudget {
  readonly #maxBytes: number;
  #fault: LogFault | null = null;

  /** @param maxBytes - of each artifact's blob. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The first artifact that would have been too large. */
  get fault(): LogFault | null {
    return this.#fault;
  }

  /** The spending of one artifact. Readers spend a little more than they keep, never less. */
  of(artifact: string): Spend {
    let left = this.#maxBytes;
    return (bytes, canBeLeftOut = false) => {
      // A smaller one may still fit.
      if (canBeLeftOut && bytes > left) return false;
      left -= bytes;
      if (left >= 0) return true;
      this.#fault ??= { reason: "artifact-too-large", artifact, limitBytes: this.#maxBytes };
      return false;
    };
  }
}
