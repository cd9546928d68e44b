import type { StoredRejection } from "../domain/rejection.ts";
import type { RejectionFilter, RejectionReads } from "../store/ports/rejection-reads.ts";

/** So many are in memory at once, with their payloads; as many as a worker writes at once. */
const PAGE = 200;

/** All that fit, a page at a time, newest first or oldest first; never an empty page. */
export async function* rejectionPages(
  store: Pick<RejectionReads, "listRejections">,
  filter: RejectionFilter,
  { limit, oldestFirst }: { readonly limit: number; readonly oldestFirst: boolean },
): AsyncGenerator<readonly StoredRejection[]> {
  let left = limit;
  let after: StoredRejection | undefined;
  while (left > 0) {
    const place = after === undefined ? {} : { after };
    const page = await store.listRejections({
      ...filter,
      ...place,
      oldestFirst,
      limit: Math.min(PAGE, left),
    });
    if (page.length === 0) return;
    yield page;
    left -= page.length;
    after = page.at(-1);
  }
}
