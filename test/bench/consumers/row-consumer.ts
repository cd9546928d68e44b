/**
 * The physical limit of the embedded store: the bare consumer, which also writes each message's bytes as one row. A batch is
 * one transaction, and is on disk before it is acknowledged.
 */
import { join } from "node:path";
import { openDatabase } from "../../../src/disk/open-database.ts";
import { consumeBatches, consumerOptions } from "./consume-batches.ts";

const options = consumerOptions();
// The same pragmas as the worker's: WAL, and synchronous = FULL.
const db = openDatabase(join(options.target, "rows.sqlite"), {
  isExclusive: true,
  cacheKib: 8192,
  prepare: (opened) => opened.exec("CREATE TABLE messages (id INTEGER PRIMARY KEY, body BLOB NOT NULL)"),
});
const insert = db.prepare("INSERT INTO messages (body) VALUES (?)");
const insertAll = db.transaction((bodies: readonly Buffer[]) => {
  for (const body of bodies) insert.run([body]);
});
await consumeBatches(options, async (bodies) => insertAll(bodies));
db.close();
