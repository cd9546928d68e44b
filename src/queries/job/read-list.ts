import * as z from "zod";

/**
 * Returns a schema that reads a list of unknown origin. It looks only at the first elements, because a list of a megabyte has hundreds
 * of thousands of them, and rejecting each takes time.
 *
 * @returns null instead of each element that cannot be read; an empty list for anything that is not a list.
 */
export function firstOf<T>(element: z.ZodType<T>, most: number) {
  return z
    .unknown()
    .optional()
    .transform((given): (T | null)[] =>
      Array.isArray(given)
        ? given.slice(0, most).map((each: unknown) => element.safeParse(each).data ?? null)
        : [],
    );
}

/** Reads a text; null for anything else. This is faster than `catch`, for which zod first creates an error. */
export const textOrNull = z
  .unknown()
  .optional()
  .transform((given) => (typeof given === "string" ? given : null));

/** Reads the number of a line, or another count; null for anything else. */
export const countOrNull = z
  .unknown()
  .optional()
  .transform((given) =>
    typeof given === "number" && Number.isSafeInteger(given) && given >= 0 ? given : null,
  );
