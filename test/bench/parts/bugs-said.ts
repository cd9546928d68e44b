import * as z from "zod";

export const BUGS = 100_000;
export const TERMS = 2000;

/** The output of `bug-memory.ts`. */
export const bugsSaid = z.object({
  /** Figures for one look-up. */
  p95Ms: z.number(),
  indexMib: z.number(),
});
export type BugsSaid = z.infer<typeof bugsSaid>;
