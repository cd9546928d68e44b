import type { ErrorObject } from "ajv";
import { ok, type Result, refuse, type Violation } from "../domain/faults.ts";
import { isJsonObject } from "../domain/text/json-object.ts";
import type { Source } from "../domain/text/source-json.ts";
import { compileSchema } from "./compile-schema.ts";
import type { PulseJob } from "./message-types.ts";
import { excerpt, MAX_VIOLATIONS, toViolation } from "./to-violation.ts";

/** The schema of a job message: `isJob` stops at the first error, `violationsOf` lists them. */
export interface SchemaSet {
  readonly isJob: (value: unknown) => value is PulseJob;
  readonly violationsOf: (value: unknown) => readonly Violation[];
}

/** The names of the variants of `origin`, in the order of the schema. */
const variantNames = ["hg.mozilla.org by revision", "hg.mozilla.org by revision_hash", "github.com"] as const;

/** Reads `schemas/pulse-job.yml`, which takes some milliseconds. Call it once per process. */
export function loadSchemas(): SchemaSet {
  const { fits, errorsOf } = compileSchema<PulseJob>("pulse-job.yml");
  return {
    isJob: fits,
    violationsOf(value) {
      const errors = errorsOf(value);
      const ofOrigin = errors.filter((error) => !isOutsideOrigin(error));
      const others = errors.filter(isOutsideOrigin).slice(0, MAX_VIOLATIONS).map(toViolation);
      return [...originViolations(ofOrigin, memberOf(value, "origin")), ...others].slice(0, MAX_VIOLATIONS);
    },
  };
}

/**
 * Validates a job message.
 *
 * @param value - the message with numbers as JavaScript reads them. This value is validated.
 * @param source - the same message with numbers as the publisher wrote them; may be omitted if they do not differ.
 * @returns the source, or the fault `schema-violation` with the place, the broken rule and the value of each error.
 */
export function validateJob(
  value: unknown,
  schemas: SchemaSet,
  source: unknown = value,
): Result<Source<PulseJob>> {
  // The source has the same shape as the value. Only the representation of numbers differs.
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

/** Returns the violations of the intended variant. It is recognised by `kind`, and for hg by which of the two revisions is given. */
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
      // The path of an error in a shared definition does not contain the variant.
      (schemaPath.startsWith("#/definitions/") &&
        instancePath === "/origin/project" &&
        parentSchema !== undefined),
  );
  // A shared definition is checked once for each variant, with the same message.
  const unique = new Map(own.map(toViolation).map((one) => [`${one.pointer} ${one.message}`, one]));
  return [...unique.values()].map((violation) => ({
    ...violation,
    message: `${violation.message} (an origin on ${variantNames[variant]})`,
  }));
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
