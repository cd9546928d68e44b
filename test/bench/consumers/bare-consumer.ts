/**
 * The upper limit: a bare amqplib consumer that reads and acknowledges, and does nothing else. It is a process of its own, like the worker.
 */
import { consumeBatches, consumerOptions } from "./consume-batches.ts";

await consumeBatches(consumerOptions(), async () => undefined);
