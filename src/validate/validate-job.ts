import { readFileSync } from "node:fs";
import type { ErrorObject, ValidateFunction } from "ajv";
import draft04 from "ajv-draft-04";
import { load } from "js-yaml";
import { ok, type Result, refuse, type Violation } from "../domain/faults.ts";
import { blankUrls } from "../domain/text/blank-url.ts";
import { firstCharacters, isLongerThan } from "../domain/text/characters.ts";
import { isJsonObject } from "../domain/text/json-object.ts";
import type { Source } from "../domain/text/source-json.ts";
import type { PulseJob } from "./message-types.ts";

/** The schema, compiled twice: `isJob` stops at the first error, `violationsOf`, compiled when first needed, lists all. */
export interface SchemaSet {
  readonly isJob: (value: unknown) => value is PulseJob;
  readonly violationsOf: (value: unknown) => readonly Violation[];
}

/** A message may have thousands of errors; people read the first few. */
const MAX_VIOLATIONS = 20;
/** In a message with more values only the first error is reported, because finding all of them could take seconds. */
const MAX_VALUES = 10_000;
const EXCERPT = 80;

/** Names of the variants of `origin`, in the schema's order. */
const variantNames = ["hg.mozilla.org by revision", "hg.mozilla.org by revision_hash", "github.com"] as const;

// The package is CommonJS, so Node puts its default export inside the module object.
const Ajv = draft04.default;

/** Compiles `schemas/pulse-job.yml`, which takes some milliseconds. Call it once per process. */
export function loadSchemas(): SchemaSet {
  const text = readFileSync(new URL("../../schemas/pulse-job.yml", import.meta.url), "utf8");
  const schema = load(text);
  if (typeof schema !== "object" || schema === null)
    throw new TypeError("schemas/pulse-job.yml holds no schema");
  const options = {
    // Strict mode would refuse the tuple of `links`, and formats without a definition. Here formats are annotations.
    strict: false,
    validateFormats: false,
    // JSON.parse reads 1e400 as Infinity, which must not pass as an integer.
    strictNumbers: true,
    unicodeRegExp: true,
    // The tests check that the schema is a valid one. Here that would take a third of the time.
    validateSchema: false,
    meta: false,
    // Adds the value to each error, and costs time only if there are errors.
    verbose: true,
  };
  const quick: ValidateFunction<PulseJob> = new Ajv(options).compile<PulseJob>(schema);
  let thorough: ValidateFunction | null = null;
  return {
    isJob: (value): value is PulseJob => quick(value),
    violationsOf(value) {
      let check: ValidateFunction = quick;
      if (!isLarge(value)) {
        thorough ??= new Ajv({ ...options, allErrors: true }).compile(schema);
        check = thorough;
      }
      if (check(value)) return [];
      const errors = check.errors ?? [];
      const ofOrigin = errors.filter((error) => !isOutsideOrigin(error));
      const others = errors.filter(isOutsideOrigin).slice(0, MAX_VIOLATIONS).map(toViolation);
      return [...originViolations(ofOrigin, memberOf(value, "origin")), ...others].slice(0, MAX_VIOLATIONS);
    },
  };
}

/**
 * Returns a job message that fits the schema, with its numbers as the publisher wrote them.
 *
 * @param value - the message as JavaScript reads it. This value is checked.
 * @param source - the same message with its numbers kept as text; absent if that makes no difference.
 * @returns fault `schema-violation` with the place, the broken rule and the value found there.
 */
export function validateJob(
  value: unknown,
  schemas: SchemaSet,
  source: unknown = value,
): Result<Source<PulseJob>> {
  // The source has the same shape as the value. They differ only in how numbers are held.
  if (schemas.isJob(value)) return ok(source as Source<PulseJob>);
  return refuse({ reason: "schema-violation", violations: schemas.violationsOf(value) });
}

function isOutsideOrigin({ instancePath }: ErrorObject): boolean {
  return instancePath !== "/origin" && !instancePath.startsWith("/origin/");
}

function originViolations(errors: readonly ErrorObject[], origin: unknown): Violation[] {
  if (errors.length === 0) return [];
  const kind = memberOf(origin, "kind");
  if (kind === "hg.mozilla.org" || kind === "github.com") return variantViolations(errors, origin, kind);
  if (!isJsonObject(origin)) {
    return errors
      .filter(({ keyword }) => keyword === "type")
      .slice(0, 1)
      .map(toViolation);
  }
  const message = `must be "hg.mozilla.org" or "github.com", which says how the push is named; it is ${excerpt(kind)}`;
  return [{ pointer: "/origin/kind", keyword: "enum", message }];
}

/** Returns the violations of the variant that was meant. `kind` shows it, and for hg which of the two revisions is given. */
function variantViolations(errors: readonly ErrorObject[], origin: unknown, kind: string): Violation[] {
  if (errors.some(({ keyword, params }) => keyword === "oneOf" && params["passingSchemas"] !== null)) {
    const message =
      "an origin on hg.mozilla.org must not have both revision and revision_hash: give only the revision";
    return [{ pointer: "/origin", keyword: "oneOf", message }];
  }
  const byHash =
    memberOf(origin, "revision") === undefined && memberOf(origin, "revision_hash") !== undefined;
  const variant = kind === "github.com" ? 2 : byHash ? 1 : 0;
  const own = errors.filter(
    ({ schemaPath, instancePath, parentSchema }) =>
      schemaPath.includes(`/oneOf/${variant}/`) ||
      // The path of an error in a shared definition does not name a variant.
      (schemaPath.startsWith("#/definitions/") &&
        instancePath === "/origin/project" &&
        parentSchema !== undefined),
  );
  const unique = new Map(own.map((error) => [`${error.instancePath} ${error.keyword}`, toViolation(error)]));
  return [...unique.values()].map((violation) => ({
    ...violation,
    message: `${violation.message} (an origin on ${variantNames[variant]})`,
  }));
}

/** Returns whether a message has more than {@link MAX_VALUES} values. Stops counting there. */
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

function toViolation({ instancePath, keyword, message = "is wrong", params, data }: ErrorObject): Violation {
  const found =
    keyword === "required" || keyword === "additionalProperties" ? "" : `; it is ${excerpt(data)}`;
  return { pointer: instancePath, keyword, message: `${message}${detailOf(keyword, params)}${found}` };
}

function detailOf(keyword: string, params: Readonly<Record<string, unknown>>): string {
  if (keyword === "additionalProperties") return `: ${excerpt(params["additionalProperty"])} is not allowed`;
  const allowed = params["allowedValues"];
  return keyword === "enum" && Array.isArray(allowed) ? `: ${allowed.join(", ")}` : "";
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function excerpt(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    return "a number that is too large";
  // Passwords are replaced before the cut, because after it a password could look like a port.
  const text = blankUrls(JSON.stringify(value));
  return isLongerThan(text, EXCERPT) ? `${firstCharacters(text, EXCERPT - 1)}…` : text;
}
