import type { Message } from "./message.ts";
import type { MessageProgress } from "./message-progress.ts";

/** The answer to a message. */
export type Answer =
  /** Its jobs have ended. See `outcomesOf`: jobs without an end are `failed`, because the worker stops or the store is away. */
  | { readonly kind: "ended"; readonly progress: MessageProgress }
  /** It is in the spool, and is stored from there. */
  | { readonly kind: "spooled" };

/**
 * Takes a message into the write path. Resolves when everything that the message caused is durable, in the store or in the spool, or
 * when its jobs have failed and its sender has to send it again. Never rejects.
 */
export type Submit = (message: Message) => Promise<Answer>;
