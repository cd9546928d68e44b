import type { Message } from "./expected.ts";
import { invalidItem } from "./invalid-item.ts";
import { type PostedItem, toPostedItem } from "./posted-item.ts";
import type { Random } from "./random.ts";

/** The share of messages with a single job that are posted. Messages of other kinds included, about a tenth of all jobs is posted. */
const POSTED = 0.17;
const INVALID = 0.005;

/**
 * Yields the messages for the broker. About a tenth of the jobs, and invalid items, are passed to `post` instead. The
 * states of one job, and duplicates of one message, may thus arrive both ways.
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
