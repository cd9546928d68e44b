import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { jobContract } from "./job-contract.ts";
import { mutantContract } from "./mutant-contract.ts";
import { orderContract } from "./order-contract.ts";
import { pushContract } from "./push-contract.ts";
import { type Database as EmptyDatabase, storeContract } from "./store-contract.ts";

const newFolder = () => mkdtempSync(join(tmpdir(), "sqlite-store-"));

async function openEmpty(): Promise<EmptyDatabase> {
  const folder = newFolder();
  return {
    open: () => openSqliteStore(folder, 30),
    remove: async () => rmSync(folder, { recursive: true }),
  };
}

storeContract("sqlite", openEmpty);
jobContract("sqlite", openEmpty);
pushContract("sqlite", openEmpty);
orderContract("sqlite", openEmpty, 150);
mutantContract("sqlite", openEmpty, 1500);

it("a file that is no database is told, with the mend", async () => {
  const folder = newFolder();
  writeFileSync(
    join(folder, "pulse-ingest.db"),
    "not a database, but long enough to be looked at ".repeat(30),
  );
  await expect(openSqliteStore(folder, 30)).rejects.toThrow(/cannot be opened: .*DATA_DIR/);
  rmSync(folder, { recursive: true });
});
