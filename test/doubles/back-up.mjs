// Backs up a store. The test kills this process in the middle. Arguments: the store's folder, the file.
import { planBackup, writeBackup } from "../../src/store/sqlite/back-up-store.ts";

const [, , folder, file] = process.argv;
await writeBackup(planBackup(folder, file), { onProgress: () => undefined });
