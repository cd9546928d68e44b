import { afterEach, beforeEach } from "@jest/globals";
import type { Store } from "../../src/store/ports/store.ts";
import type { StoreLimits } from "../../src/store/rules/store-limits.ts";

/** A database that is empty at first. Every call of `open` opens the same database; `remove` deletes it. */
export interface Database {
  open(limits?: Partial<StoreLimits>): Promise<Store>;
  remove(): Promise<void>;
}

export type OpenEmpty = () => Promise<Database>;

/** A store for each test of the surrounding `describe`, on an empty database of its own. */
export interface EmptyStore {
  /** The store of the current test. */
  readonly store: Store;
  /** Opens the same database as another worker would. The caller closes it. */
  openAnother(): Promise<Store>;
}

export function emptyStoreForEach(openEmpty: OpenEmpty): EmptyStore {
  let database: Database;
  let store: Store;
  beforeEach(async () => {
    database = await openEmpty();
    store = await database.open();
  });
  afterEach(async () => {
    await store.close();
    await database.remove();
  });
  return {
    get store() {
      return store;
    },
    openAnother: () => database.open(),
  };
}
