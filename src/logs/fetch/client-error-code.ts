import * as z from "zod";

const errorShape = z.object({
  name: z.string(),
  code: z.string().optional(),
  errors: z.array(z.unknown()).optional(),
});

/** Returns the code of an error of the HTTP client, the resolver or a socket; null if it has none. */
export function clientErrorCode(error: unknown): string | null {
  const { success, data } = errorShape.safeParse(error);
  if (!success) return null;
  if (data.name === "HTTPParserError") return "HTTP_PARSER";
  return data.code ?? (data.errors === undefined ? null : clientErrorCode(data.errors[0]));
}
