import * as z from "zod";
import type { Bug } from "../../domain/bug.ts";
import type { LogFault } from "../../domain/log-faults.ts";
import type { Artifact } from "../../domain/submission.ts";

/** Bug suggestions for one summary, or why there are none. */
export type Suggested =
  | { readonly ok: true; readonly artifact: Artifact }
  | { readonly ok: false; readonly fault: LogFault };

/** The size of the current index. */
export interface IndexFigures {
  readonly bugs: number;
  readonly bytes: number;
}

/** A message to the bug thread. The pages of bugs between `begin` and `commit` make a new index. */
export type BugThreadOrder =
  | { readonly kind: "begin" }
  | { readonly kind: "bugs"; readonly bugs: readonly Bug[] }
  | { readonly kind: "commit" }
  | { readonly kind: "suggest"; readonly id: number; readonly summaryBlob: string };

export type BugThreadAnswer =
  | { readonly kind: "committed"; readonly figures: IndexFigures }
  | { readonly kind: "suggested"; readonly id: number; readonly suggested: Suggested }
  /** Only this question failed. Our code has a bug, whose stack is in `bug`; or, if that is null, the question took too long. */
  | { readonly kind: "failed"; readonly id: number; readonly bug: string | null };

export const bugThreadSettings = z.object({
  artifactBytes: z.number().positive(),
  rememberedTerms: z.number().positive(),
  /** The time that the thread may work on one summary. */
  longestMs: z.number().positive(),
});
export type BugThreadSettings = z.infer<typeof bugThreadSettings>;

// Both sides are our own code from one build. A page has hundreds of bugs, so only the members that distinguish the messages are
// checked.
const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

export const bugThreadOrder: z.ZodType<BugThreadOrder> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("begin") }),
  z.object({ kind: z.literal("bugs"), bugs: z.custom<readonly Bug[]>(Array.isArray) }),
  z.object({ kind: z.literal("commit") }),
  z.object({ kind: z.literal("suggest"), id: z.number(), summaryBlob: z.string() }),
]);

export const bugThreadAnswer: z.ZodType<BugThreadAnswer> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("committed"), figures: z.object({ bugs: z.number(), bytes: z.number() }) }),
  z.object({ kind: z.literal("suggested"), id: z.number(), suggested: z.custom<Suggested>(isObject) }),
  z.object({ kind: z.literal("failed"), id: z.number(), bug: z.string().nullable() }),
]);
