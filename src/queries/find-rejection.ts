import { Misuse } from "../domain/faults.ts";
import type { StoredRejection } from "../domain/rejection.ts";
import type { RejectionReads } from "../store/ports/rejection-reads.ts";

export function noSuchRejection(id: string): string {
  return `There is no rejection ${id}. It may have been replayed or have expired, or it is in another store.`;
}

const SHORTEST_PREFIX = 4;

/**
 * Finds the rejection whose id begins with this text.
 *
 * @returns the rejection, or null if there is none.
 * @throws Misuse if the text cannot be the beginning of an id, or if several ids begin with it.
 */
export async function findByPrefix(
  store: Pick<RejectionReads, "listRejections">,
  text: string,
): Promise<StoredRejection | null> {
  const id_prefix = text.toLowerCase();
  if (!/^[0-9a-f]{1,32}$/.test(id_prefix) || id_prefix.length < SHORTEST_PREFIX) {
    throw new Misuse([
      `an id is 32 hexadecimal digits, or at least the first ${SHORTEST_PREFIX} of them, as rejections list shows it; ` +
        `this is ${JSON.stringify(text)}`,
    ]);
  }
  const found = await store.listRejections({ id_prefix, limit: 5 });
  if (found.length > 1) {
    const several = found.map(({ id }) => id).join(", ");
    throw new Misuse([`several rejections begin with ${text}: ${several}; give more of the id`]);
  }
  return found[0] ?? null;
}
