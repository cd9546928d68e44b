import { WorkerStory } from "../../story/a-running-worker.ts";
import type { MessageMix } from "../message-mix.ts";
import { broker } from "../servers.ts";
import type { BenchQueue } from "./contender.ts";

/** How many messages, and at most how many bytes, are published before the next wait for the broker's confirms. */
const AT_ONCE = { messages: 1000, bytes: 16 * 1024 ** 2 };

/** Queues of one exchange, which are all filled by publishing one mix of messages once. */
export interface FilledQueues {
  queueOf(name: string): BenchQueue;
  /** Deletes the queue of this name, so that the broker does not keep messages that nobody will read. */
  done(name: string): Promise<void>;
  end(): Promise<void>;
}

/** @param names - the queues that receive all messages of the mix. */
export async function fillQueues(mix: MessageMix, names: readonly string[]): Promise<FilledQueues> {
  const story = await WorkerStory.on((await broker()).url);
  const pathOf = (name: string): string => `${story.queue}-${name}`;
  for (const name of names) {
    await story.channel.assertQueue(pathOf(name), { durable: true });
    await story.channel.bindQueue(pathOf(name), story.exchange, "#");
  }
  if (names.length > 0) await publishAll(story, mix);
  return {
    queueOf: (name) => ({ story, mix, name: `${story.queueName}-${name}`, path: pathOf(name) }),
    async done(name) {
      await story.channel.deleteQueue(pathOf(name));
    },
    end: () => story.end(),
  };
}

/** Publishes all messages of a mix to the story's exchange, and waits until the broker has them. */
export async function publishAll(story: WorkerStory, { bodies }: MessageMix): Promise<void> {
  let some: Buffer[] = [];
  let bytes = 0;
  for (const body of bodies) {
    some.push(body);
    bytes += body.length;
    if (some.length < AT_ONCE.messages && bytes < AT_ONCE.bytes) continue;
    await story.publish(...some);
    some = [];
    bytes = 0;
  }
  await story.publish(...some);
}

/** @throws Error if messages are left in the queue, because the measurement would then be wrong. */
export async function drained({ story, path }: BenchQueue): Promise<void> {
  const { messageCount } = await story.channel.checkQueue(path);
  if (messageCount > 0) throw new Error(`${messageCount} messages are left in ${path}`);
}
