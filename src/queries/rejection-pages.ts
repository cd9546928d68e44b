import type { StoredRejection } from "../domain/rejection.ts";
import type { RejectionFilter, RejectionReads } from "../store/ports/rejection-reads.ts";

/** The most rejections, with their payloads, that are in memory at the same time. A worker's batch has the same default size. */
const PAGE = 200;

/** Yields the matching rejections, page by page, newest or oldest first. A page is never empty. */
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
