import { SourceNumber } from "./source-json.ts";

/** Returns whether a value is a JSON object: not a list, not null, and not a {@link SourceNumber}. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof SourceNumber)
  );
}
