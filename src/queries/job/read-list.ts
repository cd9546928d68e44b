import * as z from "zod";

/**
 * Returns a schema that reads a list which a stranger has made. No more elements are looked at than asked for: a list of a megabyte
 * has hundreds of thousands of them, and refusing each takes time.
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

/** Reads a text; null for anything else. Quicker than a refusal that is caught. */
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
