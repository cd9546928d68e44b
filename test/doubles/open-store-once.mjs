// Opens the embedded store of a folder, and closes it. Argument: the folder.
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";

const store = await openSqliteStore(process.argv[2], 30);
await store.ping();
await store.close();
