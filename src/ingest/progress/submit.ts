import type { Message } from "./message.ts";
import type { MessageProgress } from "./message-progress.ts";

/** The answer to a message. */
export type Answer =
  /** The message has left the write path. Jobs without an end are `failed`, because the worker stops or the store is away; see `outcomesOf`. */
  | { readonly kind: "ended"; readonly progress: MessageProgress }
  /** The message is in the spool, and is stored from there. */
  | { readonly kind: "spooled" };

/**
 * Submits a message to the write path. Resolves when all resulting writes are durable, in the store or in the spool, or when its jobs
 * have failed and its sender has to send it again. Never rejects.
 */
export type Submit = (message: Message) => Promise<Answer>;
