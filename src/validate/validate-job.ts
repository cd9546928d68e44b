import { readFileSync } from "node:fs";
import type { ErrorObject, ValidateFunction } from "ajv";
import draft04 from "ajv-draft-04";
import { load } from "js-yaml";
import { ok, type Result, refuse, type Violation } from "../domain/faults.ts";
import type { PulseJob } from "./message-types.ts";

/** The compiled schema, twice: one stops at the first error and tells nothing, the other tells everything. */
export interface SchemaSet {
  readonly isJob: (value: unknown) => value is PulseJob;
  readonly violationsOf: (value: unknown) => readonly Violation[];
}

/** A message may break a rule in thousands of places; people read the first ones. */
const MAX_VIOLATIONS = 20;
const EXCERPT = 80;

// The package is CommonJS with a default export, which Node hands over inside its module object.
const Ajv = draft04.default;

/** Compiles `schemas/pulse-job.yml`. Once per process: it takes some milliseconds. */
export function loadSchemas(): SchemaSet {
  const text = readFileSync(new URL("../../schemas/pulse-job.yml", import.meta.url), "utf8");
  const schema = load(text);
  if (typeof schema !== "object" || schema === null)
    throw new TypeError("schemas/pulse-job.yml holds no schema");
  // Formats are annotations; `strict` would refuse the tuple of `links` and formats that nobody defines.
  const options = { strict: false, validateFormats: false, unicodeRegExp: true };
  const quick: ValidateFunction<PulseJob> = new Ajv({ ...options, messages: false }).compile<PulseJob>(
    schema,
  );
  const thorough = new Ajv({ ...options, allErrors: true, verbose: true }).compile(schema);
  return {
    isJob: (value): value is PulseJob => quick(value),
    violationsOf(value) {
      if (thorough(value)) return [];
      const errors = thorough.errors ?? [];
      return [...originViolations(value), ...errors.filter(isOutsideOrigin).map(toViolation)].slice(
        0,
        MAX_VIOLATIONS,
      );
    },
  };

  function originViolations(value: unknown): Violation[] {
    const errors = (thorough.errors ?? []).filter((error) => !isOutsideOrigin(error));
    const origin = memberOf(value, "origin");
    if (errors.length === 0) return [];
    const kind = memberOf(origin, "kind");
    if (kind === "hg.mozilla.org" || kind === "github.com") return variantViolations(errors, origin, kind);
    if (typeof origin !== "object" || origin === null || Array.isArray(origin)) {
      return errors
        .filter(({ keyword }) => keyword === "type")
        .slice(0, 1)
        .map(toViolation);
    }
    const message = `must be "hg.mozilla.org" or "github.com", which says how the push is named; it is ${excerpt(kind)}`;
    return [{ pointer: "/origin/kind", keyword: "enum", message }];
  }
}

/**
 * A job message that fits the schema.
 *
 * @returns fault `schema-violation` with what is wrong, where, and what was found.
 */
export function validateJob(value: unknown, schemas: SchemaSet): Result<PulseJob> {
  if (schemas.isJob(value)) return ok(value);
  return refuse({ reason: "schema-violation", violations: schemas.violationsOf(value) });
}

function isOutsideOrigin({ instancePath }: ErrorObject): boolean {
  return instancePath !== "/origin" && !instancePath.startsWith("/origin/");
}

/** Of the three variants, the one that was meant: by `kind`, and on hg by which of the two revisions is there. */
function variantViolations(errors: readonly ErrorObject[], origin: unknown, kind: string): Violation[] {
  if (errors.some(({ keyword, params }) => keyword === "oneOf" && params["passingSchemas"] !== null)) {
    const message = "revision and revision_hash exclude one another: give the revision alone";
    return [{ pointer: "/origin", keyword: "oneOf", message }];
  }
  const byHash =
    memberOf(origin, "revision") === undefined && memberOf(origin, "revision_hash") !== undefined;
  const variant = kind === "github.com" ? 2 : byHash ? 1 : 0;
  const own = errors.filter(
    ({ schemaPath, instancePath, parentSchema }) =>
      schemaPath.includes(`/oneOf/${variant}/`) ||
      // What is said of the shared definitions carries no variant in its path.
      (schemaPath.startsWith("#/definitions/") &&
        instancePath === "/origin/project" &&
        parentSchema !== undefined),
  );
  const unique = new Map(own.map((error) => [`${error.instancePath} ${error.keyword}`, toViolation(error)]));
  return [...unique.values()];
}

function toViolation({ instancePath, keyword, message = "is wrong", params, data }: ErrorObject): Violation {
  const found =
    keyword === "required" || keyword === "additionalProperties" ? "" : `; it is ${excerpt(data)}`;
  return { pointer: instancePath, keyword, message: `${message}${detailOf(keyword, params)}${found}` };
}

function detailOf(keyword: string, params: Readonly<Record<string, unknown>>): string {
  if (keyword === "additionalProperties")
    return `: ${excerpt(params["additionalProperty"])} is not one of them`;
  const allowed = params["allowedValues"];
  return keyword === "enum" && Array.isArray(allowed) ? `: ${allowed.join(", ")}` : "";
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function excerpt(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > EXCERPT ? `${[...text.slice(0, EXCERPT)].slice(0, -1).join("")}…` : text;
}
