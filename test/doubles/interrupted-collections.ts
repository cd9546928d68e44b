import type { Collections } from "../../src/store/mongodb/mongodb-collections.ts";

const METHODS = new Set([
  ...["bulkWrite", "insertMany", "insertOne", "updateOne", "updateMany", "replaceOne"],
  ...["deleteOne", "deleteMany", "findOne", "countDocuments"],
]);

/**
 * Returns the same collections, but calls and awaits `before` before each command. A test can make another worker do
 * something at exactly that point, or throw, as if this worker had died.
 */
export function interruptedCollections(all: Collections, before: () => Promise<void>): Collections {
  const wrapped = Object.entries(all).map(([name, collection]) => [name, interrupted(collection, before)]);
  return Object.fromEntries(wrapped) as Collections;
}

function interrupted(collection: object, before: () => Promise<void>): object {
  return new Proxy(collection, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        if (METHODS.has(String(name))) return before().then(() => Reflect.apply(value, target, args));
        const result: unknown = Reflect.apply(value, target, args);
        if (name !== "find" || typeof result !== "object" || result === null) return result;
        return interruptedCursor(result, before);
      };
    },
  });
}

/** A cursor sends its command when its documents are requested. */
function interruptedCursor(cursor: object, before: () => Promise<void>): object {
  const toArray: unknown = Reflect.get(cursor, "toArray");
  if (typeof toArray !== "function") throw new Error("it is not a cursor");
  return Object.assign(cursor, {
    toArray: async (): Promise<unknown> => {
      await before();
      return Reflect.apply(toArray, cursor, []);
    },
  });
}
