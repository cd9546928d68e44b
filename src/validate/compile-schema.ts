import { readFileSync } from "node:fs";
import type { ErrorObject, ValidateFunction } from "ajv";
import draft04 from "ajv-draft-04";
import { load } from "js-yaml";
import { packageFile } from "../package-files.ts";

/** A schema that is compiled in two versions, each when it is first needed: `fits` stops at the first error, `errorsOf` lists all. */
export interface CompiledSchema<T> {
  readonly fits: (value: unknown) => value is T;
  /** Returns all errors. For a large value it returns only the first, because finding all of them could take seconds. */
  readonly errorsOf: (value: unknown) => readonly ErrorObject[];
}

/** A value that contains more values than this is large. */
const MAX_VALUES = 10_000;

// The package is CommonJS, so Node puts its default export inside the module object.
const Ajv = draft04.default;

const options = {
  // Strict mode would refuse tuples, and formats without a definition. Formats are only annotations here.
  strict: false,
  validateFormats: false,
  // JSON.parse reads 1e400 as Infinity, which must not be accepted as an integer.
  strictNumbers: true,
  unicodeRegExp: true,
  // The tests check that each schema is valid. Checking it here would take a third of the time.
  validateSchema: false,
  meta: false,
  // Adds the invalid value to each error. This costs time only if there are errors.
  verbose: true,
  // Optimising would double the time to compile, at every start, without making validation faster.
  code: { optimize: false },
};

/**
 * Reads a schema. It is compiled when the first value is validated, because that takes up to 100 ms and most processes use few of the
 * schemas. Call it once per process.
 *
 * @param file - the file name in `schemas/`.
 */
export function compileSchema<T>(file: string): CompiledSchema<T> {
  const schema = load(readFileSync(packageFile(`schemas/${file}`), "utf8"));
  if (typeof schema !== "object" || schema === null) throw new TypeError(`schemas/${file} holds no schema`);
  const quick = whenNeeded(() => new Ajv(options).compile<T>(schema));
  const thorough = whenNeeded(() => new Ajv({ ...options, allErrors: true }).compile(schema));
  return {
    fits: (value): value is T => quick()(value),
    errorsOf(value) {
      const check: ValidateFunction = isLarge(value) ? quick() : thorough();
      return check(value) ? [] : (check.errors ?? []);
    },
  };
}

/** Returns a function that calls `make` the first time, and returns the same result each time. */
function whenNeeded<T>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

/** Returns whether a value contains more than {@link MAX_VALUES} values. It stops counting there. */
function isLarge(value: unknown): boolean {
  const waiting: unknown[] = [value];
  for (let seen = 0; waiting.length > 0; ) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null) continue;
    // Counting the names first is faster: for an object with 100,000 members it takes a third of the time of reading the values.
    seen += Object.keys(next).length;
    if (seen > MAX_VALUES) return true;
    for (const each of Object.values(next)) waiting.push(each);
  }
  return false;
}
