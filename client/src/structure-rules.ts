import { isMap, jsonTypeOf } from "./json-types.ts";

/** A rule for one member of posted data. */
export interface Requirement {
  /** The member's name; dots step into objects, such as `job.job_guid`. */
  readonly property: string;
  readonly type?: "string" | "object" | "array";
  /** The most characters that a text may have. */
  readonly maxLength?: number;
  /** True if the member may be missing or empty, because the server has a default. */
  readonly isOptional?: true;
}

/** The rules for the posted data of one class. */
export interface Structure {
  /** The name of the class in messages. */
  readonly name: string;
  readonly required: readonly Requirement[];
}

/** A problem with posted data. */
export interface DataFault {
  /** JSON pointer to the member. */
  readonly pointer: string;
  readonly message: string;
}

/** A property that breaks its rule, with a line for each problem. */
export interface FailedProperty {
  readonly property: string;
  readonly problems: readonly string[];
}

/** Returns the properties that break their rules, in the order of the rules. Pure. */
export function failedProperties(data: object, { required }: Structure): FailedProperty[] {
  return required
    .map((rule) => ({ property: rule.property, problems: problemsOf(data, rule) }))
    .filter(({ problems }) => problems.length > 0);
}

/** Converts failed properties to faults with JSON pointers. Each fault has the first problem of its property. */
export function toFaults(failed: readonly FailedProperty[]): DataFault[] {
  return failed.map(({ property, problems: [message = ""] }) => ({
    pointer: `/${property.replaceAll(".", "/")}`,
    message,
  }));
}

/** Returns whether a value counts as missing. As in Python, these do: an empty text, list or object, 0, false and null. */
export function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isMap(value) ? Object.keys(value).length === 0 : !value;
}

function problemsOf(data: object, { property, type, maxLength, isOptional }: Requirement): string[] {
  const path = property.split(".");
  const name = path.at(-1) ?? property;
  let holder: unknown = data;
  for (const step of path.slice(0, -1)) holder = isMap(holder) ? holder[step] : undefined;
  // The rule for the holder itself has already reported the problem.
  if (!isMap(holder)) return [];
  if (!Object.hasOwn(holder, name) && isOptional !== true) {
    const missing = `The required Property, ${name}, is missing`;
    return path.length > 1 ? [missing] : [missing, `Value not defined for ${name}`];
  }
  const value = holder[name];
  if (isEmpty(value)) return isOptional === true ? [] : [`Value not defined for ${name}`];
  const found = jsonTypeOf(value);
  if (type !== undefined && found !== type) return [`The value type, ${found}, should be ${type}`];
  if (typeof value === "string" && maxLength !== undefined && characters(value) > maxLength) {
    return [`Value length exceeds maximum ${maxLength} char limit: ${value}`];
  }
  return [];
}

/** Counts code points, as the server does. */
function characters(text: string): number {
  return [...text].length;
}
