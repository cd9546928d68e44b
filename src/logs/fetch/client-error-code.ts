import * as z from "zod";

// The shape is checked instead of the class, because an error from Node may be an instance of another realm's Error.
const errorShape = z.object({
  name: z.string(),
  code: z.string().optional(),
  errors: z.array(z.unknown()).optional(),
});

/** Returns the code of an error from the HTTP client, the resolver or a socket; null if it has none. */
export function clientErrorCode(error: unknown): string | null {
  const { success, data } = errorShape.safeParse(error);
  if (!success) return null;
  if (data.name === "HTTPParserError") return "HTTP_PARSER";
  // If several addresses were tried, the list `errors` has one error for each.
  return data.code ?? (data.errors === undefined ? null : clientErrorCode(data.errors[0]));
}
