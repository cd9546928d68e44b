// A worker without its broker, for which one message is deadly: judging a body that contains "poison" kills it.
// Arguments: the store's folder, the spool's folder, a JSON file of [{ id, body, redelivered }]. Prints the id of each
// delivery that it settled, and how; ends once all are settled and the spool is empty.
import { readFileSync } from "node:fs";
import { createIngest } from "../../src/ingest/create-ingest.ts";
import { createDeliveryHandler } from "../../src/ingest/deliveries/delivery-handler.ts";
import { SpooledMessages } from "../../src/ingest/spooling/spooled-messages.ts";
import { openSuspectsNote } from "../../src/ingest/suspects/suspects-note.ts";
import { readDelivery } from "../../src/judge/judge-delivery.ts";
import { createCounters } from "../../src/metrics/counters.ts";
import { openSpool } from "../../src/spool/open-spool.ts";
import { openStore } from "../../src/store/open-store.ts";
import { limits, schemas } from "../examples.ts";

const [dataDir = "", folder = "", list = ""] = process.argv.slice(2);
const log = { error: console.error, warn: () => undefined, info: () => undefined, debug: () => undefined };
const judging = { schemas, ...limits, tiers: new Map(), acceptsProject: () => true };
const store = await openStore({ mongodbUrl: null, dataDir, rejectionTtlDays: 30 });
const spool = openSpool({ folder, maxBytes: 1e9, log });
const read = (delivery) => {
  if (delivery.body.includes("poison")) process.kill(process.pid, "SIGKILL");
  return readDelivery(delivery, judging);
};
const ingest = createIngest({
  store,
  suspectsNote: openSuspectsNote(dataDir, log),
  spooled: new SpooledMessages(spool, read),
  spoolAfterMs: 10_000,
  batch: { maxItems: 20, maxBytes: 1e6, waitMs: 5 },
  rejectionMaxBytes: 1000,
  quotaOf: (exchange) => exchange,
  listedExchanges: () => [],
  maxAttempts: 3,
  logsEachJob: false,
  counters: createCounters(),
  log,
});
const handle = createDeliveryHandler(ingest.submit, read);
const deliveries = JSON.parse(readFileSync(list, "utf8"));
await Promise.all(
  deliveries.map(async ({ id, body, redelivered }) => {
    const route = { exchange: "exchange/a/jobs", routingKey: "x.try" };
    const delivery = {
      ...route,
      redelivered,
      receivedAtMs: Date.now(),
      body: Buffer.from(body),
      oversize: null,
    };
    const settlement = await handle(delivery);
    process.stdout.write(`${id} ${settlement}\n`);
  }),
);
while (spool.load.deliveries > 0) await new Promise((resolve) => setTimeout(resolve, 5));
await ingest.drain(5000, () => true);
spool.close();
await store.close();
