import * as z from "zod";

/** What a thread of the pool says to the main thread. */
export type ThreadMessage =
  | { readonly kind: "alive" }
  | { readonly kind: "reply"; readonly value: unknown }
  /** A bug in the thread's work: its stack. The thread itself is sound. */
  | { readonly kind: "error"; readonly detail: string };

export const threadMessage: z.ZodType<ThreadMessage> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("alive") }),
  z.object({ kind: z.literal("reply"), value: z.unknown() }),
  z.object({ kind: z.literal("error"), detail: z.string() }),
]);
