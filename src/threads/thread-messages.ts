import * as z from "zod";

/** What a thread of the pool says to the main thread. */
export type ThreadMessage =
  | { readonly kind: "alive" }
  /** Something that the task needs to know; the answer has the same id. */
  | { readonly kind: "question"; readonly id: number; readonly value: unknown }
  | { readonly kind: "reply"; readonly value: unknown }
  /** A bug in the thread's work: its stack. The thread itself is sound. */
  | { readonly kind: "error"; readonly detail: string };

export const threadMessage: z.ZodType<ThreadMessage> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("alive") }),
  z.object({ kind: z.literal("question"), id: z.number(), value: z.unknown() }),
  z.object({ kind: z.literal("reply"), value: z.unknown() }),
  z.object({ kind: z.literal("error"), detail: z.string() }),
]);

/** What the main thread says to a thread of the pool. */
export type PoolMessage =
  | { readonly kind: "task"; readonly value: unknown }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown };

export const poolMessage: z.ZodType<PoolMessage> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("task"), value: z.unknown() }),
  z.object({ kind: z.literal("answer"), id: z.number(), value: z.unknown() }),
]);
