import { rm } from "node:fs/promises";
import { marksPath, textPath } from "./cached-log.ts";

/** Deletes the texts of logs, as far as they are in the cache. */
export async function forgetTexts(folder: string, urls: readonly string[]): Promise<void> {
  for (const url of new Set(urls)) {
    const text = textPath(folder, url);
    await rm(text, { force: true });
    await rm(marksPath(text), { force: true });
  }
}
