import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { MARKS_END, marksPath, PART_END, TEXT_END } from "./cached-log.ts";

/** The longest time for which a text is kept, in milliseconds. */
export const LONGEST_MS = 86_400_000;

interface CachedFile {
  readonly path: string;
  readonly bytes: number;
  readonly fetchedAtMs: number;
  readonly usedAtMs: number;
}

/**
 * Deletes texts that are too old, and then the least recently used ones until the rest is small enough.
 *
 * @param expected - the paths of texts for which readers wait. They are deleted only if they are too old.
 * @returns the number of deleted files, not counting the marks of deleted texts.
 */
export async function evictLogs(
  folder: string,
  maxBytes: number,
  nowMs: number,
  expected: ReadonlySet<string> = new Set(),
): Promise<number> {
  const files = await filesIn(folder);
  const isOld = ({ fetchedAtMs }: CachedFile): boolean => Math.abs(nowMs - fetchedAtMs) > LONGEST_MS;
  const texts = files.filter(({ path }) => path.endsWith(TEXT_END));
  const marked = new Set(texts.map(({ path }) => marksPath(path)));
  // A worker may still be writing a part, or marks without a text. Old ones were left behind by a worker that was killed.
  const isDeletable = ({ path }: CachedFile): boolean =>
    path.endsWith(TEXT_END) || path.endsWith(PART_END) || (path.endsWith(MARKS_END) && !marked.has(path));
  const doomed = files.filter((file) => isOld(file) && isDeletable(file));
  let bytes = texts.filter((file) => !isOld(file)).reduce((sum, file) => sum + file.bytes, 0);
  const byLastUse = texts.filter((each) => !isOld(each)).toSorted((a, b) => a.usedAtMs - b.usedAtMs);
  for (const file of byLastUse) {
    if (bytes <= maxBytes) break;
    if (expected.has(file.path)) continue;
    bytes -= file.bytes;
    doomed.push(file);
  }
  let deleted = 0;
  for (const { path } of doomed) {
    try {
      await rm(path, { force: true });
      if (path.endsWith(TEXT_END)) await rm(marksPath(path), { force: true });
      deleted++;
    } catch {
      // The disk cannot be written to now. The next fetch tries again.
    }
  }
  return deleted;
}

async function filesIn(folder: string): Promise<CachedFile[]> {
  // Without the folder there is nothing to delete.
  const names = await readdir(folder).catch((): string[] => []);
  const found = names.map(async (name): Promise<CachedFile[]> => {
    const path = join(folder, name);
    try {
      const { size: bytes, mtimeMs: fetchedAtMs, atimeMs: usedAtMs } = await stat(path);
      return [{ path, bytes, fetchedAtMs, usedAtMs }];
    } catch {
      // Another worker has just deleted it.
      return [];
    }
  });
  return (await Promise.all(found)).flat();
}
