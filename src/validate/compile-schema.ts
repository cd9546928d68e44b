import { readFileSync } from "node:fs";
import type { ErrorObject, ValidateFunction } from "ajv";
import draft04 from "ajv-draft-04";
import { load } from "js-yaml";
import { packageFile } from "../package-files.ts";

/** A schema, compiled twice, each time when first needed: `fits` stops at the first error, `errorsOf` lists all. */
export interface CompiledSchema<T> {
  readonly fits: (value: unknown) => value is T;
  /** Only the first error of a large value, because finding all of them could take seconds. */
  readonly errorsOf: (value: unknown) => readonly ErrorObject[];
}

/** A value with more values in it is large. */
const MAX_VALUES = 10_000;

// The package is CommonJS, so Node puts its default export inside the module object.
const Ajv = draft04.default;

const options = {
  // Strict mode would refuse tuples, and formats without a definition. Here formats are annotations.
  strict: false,
  validateFormats: false,
  // JSON.parse reads 1e400 as Infinity, which must not pass as an integer.
  strictNumbers: true,
  unicodeRegExp: true,
  // The tests check that each schema is a valid one. Here that would take a third of the time.
  validateSchema: false,
  meta: false,
  // Adds the value to each error, and costs time only if there are errors.
  verbose: true,
  // It would double the time to compile, at every start, and make checking no faster.
  code: { optimize: false },
};

/**
 * Reads a schema. Compiling it takes up to 100 ms, and waits for the first value: most processes use few of the schemas. Call it once per
 * process.
 *
 * @param file - its name in `schemas/`.
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

/** Returns a function that makes something at its first call, and returns the same at each one. */
function whenNeeded<T>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

/** Returns whether a value has more than {@link MAX_VALUES} values. Stops counting there. */
function isLarge(value: unknown): boolean {
  const waiting: unknown[] = [value];
  for (let seen = 0; waiting.length > 0; ) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null) continue;
    // The names of an object with 100,000 members take a third of the time that its values take.
    seen += Object.keys(next).length;
    if (seen > MAX_VALUES) return true;
    for (const each of Object.values(next)) waiting.push(each);
  }
  return false;
}
