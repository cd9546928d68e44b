import { SourceNumber } from "./source-json.ts";

/** Is it a JSON object: no list, not null, and not a number that is kept as its text? */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof SourceNumber)
  );
}
