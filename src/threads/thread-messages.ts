import * as z from "zod";

/** A message from a thread of the pool to the main thread. */
export type ThreadMessage =
  | { readonly kind: "alive" }
  /** A question that the task asks the main thread. The answer has the same id. */
  | { readonly kind: "question"; readonly id: number; readonly value: unknown }
  | { readonly kind: "reply"; readonly value: unknown }
  /** The stack of a bug in the task. The thread can do further tasks. */
  | { readonly kind: "error"; readonly detail: string };

export const threadMessage: z.ZodType<ThreadMessage> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("alive") }),
  z.object({ kind: z.literal("question"), id: z.number(), value: z.unknown() }),
  z.object({ kind: z.literal("reply"), value: z.unknown() }),
  z.object({ kind: z.literal("error"), detail: z.string() }),
]);

/** A message from the main thread to a thread of the pool. */
export type PoolMessage =
  | { readonly kind: "task"; readonly value: unknown }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown };

export const poolMessage: z.ZodType<PoolMessage> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("task"), value: z.unknown() }),
  z.object({ kind: z.literal("answer"), id: z.number(), value: z.unknown() }),
]);
