import { parentPort, workerData } from "node:worker_threads";
import Database from "libsql";
import * as z from "zod";

/** How long to wait for a lock, in milliseconds. Workers that write do not block a backup. */
const LOCKED_MS = 10_000;

/** Copies a database into an empty file, and posts null or an error message. Runs on a thread because `VACUUM INTO` blocks. */
const { from, into } = z.object({ from: z.string(), into: z.string() }).parse(workerData);
try {
  const db = new Database(from, { timeout: LOCKED_MS });
  db.prepare("VACUUM INTO ?").run(into);
  db.close();
  parentPort?.postMessage(null);
} catch (error) {
  parentPort?.postMessage(error instanceof Error ? error.message : String(error));
}
