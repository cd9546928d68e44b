import { parentPort, workerData } from "node:worker_threads";
import Database from "libsql";
import * as z from "zod";

/** How long to wait for a lock, in milliseconds. Workers that write take none that matters here. */
const LOCKED_MS = 10_000;

/** Copies a database into an empty file, and reports null or an error. It runs on a thread, because it blocks for as long as it takes. */
const { from, into } = z.object({ from: z.string(), into: z.string() }).parse(workerData);
try {
  const db = new Database(from, { timeout: LOCKED_MS });
  db.prepare("VACUUM INTO ?").run(into);
  db.close();
  parentPort?.postMessage(null);
} catch (error) {
  parentPort?.postMessage(error instanceof Error ? error.message : String(error));
}
