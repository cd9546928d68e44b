import { aMessage } from "../examples.ts";
import { ChaosTask, type TaskOptions } from "./chaos-task.ts";
import type { Expected, Message } from "./expected.ts";
import { invalidMessage } from "./invalid-message.ts";
import { messageOfManyJobs, messageOfTooManyJobs } from "./large-message.ts";
import type { Random } from "./random.ts";

/** How many jobs may begin between the messages of one job. */
const SPREAD = 60;

/** A job message that is due, to be sent alone or as an item of an array. */
interface Due {
  readonly value: Readonly<Record<string, unknown>>;
  readonly expected: Expected;
}

/**
 * Yields messages like those of publishers, and worse ones: jobs in all their states, some in the wrong order, some without some states,
 * duplicates, arrays, some with hundreds of jobs or more than a worker accepts, and invalid ones. Pure except for the random numbers.
 * @param isEnough - called before each new job. Jobs that have begun are completed.
 */
export function* messageStream(
  random: Random,
  options: TaskOptions,
  isEnough: () => boolean,
): Generator<Message> {
  const due = new Map<number, (Due | Message)[]>();
  const later = (at: number, what: Due | Message): void => void due.set(at, [...(due.get(at) ?? []), what]);
  let now = 0;
  for (; !isEnough(); now++) {
    begin(now);
    yield* take(now);
  }
  for (; due.size > 0; now++) yield* take(now);

  function begin(at: number): void {
    const task = new ChaosTask(at, options, random);
    const messages = task.messages();
    const places = messages.map(() => at + random.below(SPREAD));
    // In the order in which they happen, except for one job in ten.
    if (!random.chance(0.1)) places.sort((a, b) => a - b);
    messages.forEach((message, index) => {
      const place = places[index] ?? at;
      later(place, message);
      if (random.chance(0.06)) later(place + random.below(2 * SPREAD), message);
    });
    if (random.chance(0.04)) {
      const invalid = invalidMessage(at, options.prefix, random);
      later(at, invalid);
      if (random.chance(0.2)) later(at + random.below(2 * SPREAD), invalid);
    }
    if (random.chance(0.001)) later(at, messageOfTooManyJobs(at, options.prefix, random));
    if (random.chance(0.002)) later(at, messageOfManyJobs(at, options, random));
  }

  function* take(at: number): Generator<Message> {
    const here = due.get(at) ?? [];
    due.delete(at);
    const single = here.filter((each): each is Due => "value" in each);
    yield* here.filter((each): each is Message => "body" in each);
    // Sometimes several jobs are in one message.
    const size = random.chance(0.08) ? Math.min(single.length, 2 + random.below(4)) : 1;
    for (let first = 0; first < single.length; first += size) {
      yield messageOf(single.slice(first, first + size));
    }
  }
}

function messageOf(items: readonly Due[]): Message {
  const values = items.map(({ value }) => aMessage(value));
  const body = Buffer.from(JSON.stringify(values.length === 1 ? values[0] : values));
  return { body, jobs: items.map(({ expected }) => expected) };
}
