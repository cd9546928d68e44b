// Backs up a store, to be killed meanwhile. Arguments: the store's folder, the file.
import { planBackup, writeBackup } from "../../src/store/sqlite/back-up-store.ts";

const [, , folder, file] = process.argv;
await writeBackup(planBackup(folder, file), { onProgress: () => undefined });
