// Appends batches to a spool file as fast as it can, and reports each batch once it is durable.
// The test kills this process in the middle. Arguments: the folder; the first number.
import { openSpool } from "../../src/spool/open-spool.ts";

const [folder = "", first = "0"] = process.argv.slice(2);
const silent = () => undefined;
const log = { error: silent, warn: silent, info: silent, debug: silent };
const spool = openSpool({ folder, maxBytes: 1e9, log });
for (let n = Number(first); ; n += 3) {
  const entries = [n, n + 1, n + 2].map((id) => ({
    jobs: 1,
    delivery: {
      exchange: "exchange/a/jobs",
      routingKey: "x.try",
      redelivered: false,
      receivedAtMs: id,
      body: Buffer.from(JSON.stringify({ id, filler: "x".repeat(500) })),
      oversize: null,
    },
  }));
  spool.append(entries);
  process.stdout.write(`${n + 2}\n`);
  await new Promise((resolve) => setImmediate(resolve));
}
