import { rm } from "node:fs/promises";
import { marksPath, textPath } from "./cached-log.ts";

/** Deletes the texts of these logs from the cache. Logs that are not in the cache are ignored. */
export async function forgetTexts(folder: string, urls: readonly string[]): Promise<void> {
  for (const url of new Set(urls)) {
    const text = textPath(folder, url);
    await rm(text, { force: true });
    await rm(marksPath(text), { force: true });
  }
}
