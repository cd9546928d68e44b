/**
 * The physical limit of a database: the bare consumer, which also inserts the parsed messages of a batch with one `insertMany`.
 * A batch is acknowledged when it is durable, like the worker's writes.
 */
import { MongoClient } from "mongodb";
import { consumeBatches, consumerOptions } from "./consume-batches.ts";

const options = consumerOptions();
const client = await new MongoClient(options.target, { writeConcern: { w: "majority", j: true } }).connect();
const messages = client.db().collection("messages");
await consumeBatches(options, async (bodies) => {
  const parsed = bodies.map((body): unknown => JSON.parse(body.toString()));
  // A body may hold several job messages, and each of them becomes a document.
  await messages.insertMany(
    parsed.flat().map((message) => ({ message })),
    { ordered: false },
  );
});
await client.close();
