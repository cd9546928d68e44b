import { type ConsumeMessage, connect } from "amqplib";
import * as z from "zod";

/** The output that a consumer prints when it has seen all messages. */
export const consumed = z.object({
  /** Time from the first message to the last acknowledgement. */
  seconds: z.number().positive(),
  /** CPU time that the consumer used in that time. */
  cpu_seconds: z.number().nonnegative(),
});
export type Consumed = z.infer<typeof consumed>;

/** The arguments of a consumer's script. */
export interface ConsumerOptions {
  readonly url: string;
  readonly queue: string;
  readonly prefetch: number;
  /** How many messages to consume. */
  readonly count: number;
  /** Where they are written: a folder or a database address; empty if they are not written. */
  readonly target: string;
}

export function consumerOptions(): ConsumerOptions {
  const [url = "", queue = "", prefetch = "", count = "", target = ""] = process.argv.slice(2);
  return { url, queue, prefetch: Number(prefetch), count: Number(count), target };
}

/** Starts the clock. Returns a function that stops it and prints {@link Consumed}. */
export function startClock(): () => void {
  const begunAtMs = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    const figures: Consumed = {
      seconds: (performance.now() - begunAtMs) / 1000,
      cpu_seconds: (user + system) / 1e6,
    };
    console.log(JSON.stringify(figures));
  };
}

/**
 * Consumes messages in batches of half a prefetch window, like the worker: each batch is written, then acknowledged, while the
 * next one arrives.
 */
export async function consumeBatches(
  { url, queue, prefetch, count }: ConsumerOptions,
  write: (bodies: readonly Buffer[]) => Promise<void>,
): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  await channel.prefetch(prefetch);
  let stopClock: (() => void) | null = null;
  let batch: Buffer[] = [];
  let seen = 0;
  let writing = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    const onMessage = (message: ConsumeMessage | null): void => {
      if (message === null) throw new Error("the queue was deleted");
      stopClock ??= startClock();
      seen++;
      batch.push(message.content);
      if (batch.length < prefetch / 2 && seen < count) return;
      const bodies = batch;
      batch = [];
      const isLast = seen === count;
      writing = writing
        .then(() => write(bodies))
        .then(() => channel.ack(message, true))
        .then(() => (isLast ? resolve() : undefined));
      writing.catch(reject);
    };
    channel.consume(queue, onMessage).catch(reject);
  });
  await channel.close();
  (stopClock as (() => void) | null)?.();
  await connection.close();
}
