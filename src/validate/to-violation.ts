import type { ErrorObject } from "ajv";
import type { Violation } from "../domain/faults.ts";
import { blankUrls } from "../domain/text/blank-url.ts";
import { firstCharacters, isLongerThan } from "../domain/text/characters.ts";

/** The maximum number of violations to report. A message may have thousands of errors, but people read only the first few. */
export const MAX_VIOLATIONS = 20;
const EXCERPT = 80;

/** Describes a validation error for people: the problem, and the value that was found. */
export function toViolation({
  instancePath,
  keyword,
  message = "is wrong",
  params,
  data,
}: ErrorObject): Violation {
  const found =
    keyword === "required" || keyword === "additionalProperties" ? "" : `; it is ${excerpt(data)}`;
  return { pointer: instancePath, keyword, message: `${message}${detailOf(keyword, params)}${found}` };
}

function detailOf(keyword: string, params: Readonly<Record<string, unknown>>): string {
  if (keyword === "additionalProperties") return `: ${excerpt(params["additionalProperty"])} is not allowed`;
  const allowed = params["allowedValues"];
  return keyword === "enum" && Array.isArray(allowed) ? `: ${allowed.map(String).join(", ")}` : "";
}

/** Returns the beginning of a value as JSON, without passwords. */
export function excerpt(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    return "a number that is too large";
  // JavaScript has rounded such a number, so its digits are not those of the message.
  if (typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER)
    return `about ${value.toPrecision(15)}`;
  // Passwords are replaced before the text is truncated, because a truncated password could look like a port.
  const text = blankUrls(JSON.stringify(value));
  return isLongerThan(text, EXCERPT) ? `${firstCharacters(text, EXCERPT - 1)}…` : text;
}
