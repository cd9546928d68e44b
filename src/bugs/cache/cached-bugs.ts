import type { Bug } from "../../domain/bug.ts";
import { Unavailable } from "../../domain/faults.ts";
import type { BugCache } from "../../store/ports/bug-cache.ts";

const PAGE_BUGS = 1000;

/**
 * Yields all bugs of the cache in pages, by ascending id.
 *
 * @param onRead - called with the version of the bugs once all pages have been read.
 * @throws Unavailable if the bugs were replaced during the read, because the pages may then be from two versions.
 */
export async function* readCachedBugs(
  cache: Pick<BugCache, "bugsVersion" | "readBugs">,
  onRead: (version: string | null) => void = () => undefined,
): AsyncGenerator<readonly Bug[], void, undefined> {
  const version = await cache.bugsVersion();
  for (let last = -1; ; ) {
    const page = await cache.readBugs(last, PAGE_BUGS);
    const end = page.at(-1);
    if (end === undefined) break;
    yield page;
    if (page.length < PAGE_BUGS) break;
    last = end.id;
  }
  if ((await cache.bugsVersion()) !== version) {
    throw new Unavailable("store", "the bugs were replaced while they were read");
  }
  onRead(version);
}
