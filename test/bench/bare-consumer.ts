/**
 * The limit: a bare amqplib consumer that reads and acknowledges, and does nothing else. It is a process of its own, like
 * the worker. Arguments: URL, queue, prefetch, number of messages. It prints the seconds from the
 * first message to the last.
 */
import { connect } from "amqplib";

const [url = "", queue = "", prefetchText = "", countText = ""] = process.argv.slice(2);
const prefetch = Number(prefetchText);
const count = Number(countText);

const connection = await connect(url);
const channel = await connection.createChannel();
await channel.prefetch(prefetch);
let seen = 0;
let begunAtNs = 0n;
await new Promise<void>((resolve, reject) => {
  const onMessage = (message: { fields: { deliveryTag: number } } | null): void => {
    if (message === null) throw new Error("the queue was deleted");
    if (seen++ === 0) begunAtNs = process.hrtime.bigint();
    // Half of the prefetch window is acknowledged at once, like the worker's batches.
    if (seen % (prefetch / 2) === 0 || seen === count) {
      channel.ack(message as Parameters<typeof channel.ack>[0], true);
    }
    if (seen === count) resolve();
  };
  channel.consume(queue, onMessage).catch(reject);
});
await channel.close();
console.log(Number(process.hrtime.bigint() - begunAtNs) / 1e9);
await connection.close();
