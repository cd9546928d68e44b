import type { Message } from "./expected.ts";
import { invalidItem } from "./invalid-item.ts";
import { type PostedItem, toPostedItem } from "./posted-item.ts";
import type { Random } from "./random.ts";

/** The share of messages with a single job that are posted. With the others, it is about a tenth of all jobs. */
const POSTED = 0.17;
const INVALID = 0.005;

/**
 * Yields the messages for the broker. Jobs of the others, about a tenth, are given to `post` instead, and so are invalid items. The
 * states of one job, and duplicates of one message, may thus come both ways.
 */
export function* shareOut(
  messages: Iterable<Message>,
  { random, prefix, post }: { random: Random; prefix: string; post: (item: PostedItem) => void },
): Generator<Message> {
  let count = 0;
  for (const message of messages) {
    count++;
    if (random.chance(INVALID)) post(invalidItem(count, prefix, random));
    const item = random.chance(POSTED) ? toPostedItem(message) : null;
    if (item === null) yield message;
    else post(item);
  }
}
