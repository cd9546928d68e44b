// Appends some deliveries to the folder's spool, takes some from its front, and is killed while they are in progress.
// Arguments: the folder, how many to append, how many to take.
import { openSpool } from "../../src/spool/open-spool.ts";

const [folder = "", append = "0", take = "0"] = process.argv.slice(2);
const silent = () => undefined;
const log = { error: silent, warn: silent, info: silent, debug: silent };
const spool = openSpool({ folder, maxBytes: 1e9, log });
const entries = Array.from({ length: Number(append) }, (_, id) => ({
  jobs: 1,
  delivery: {
    exchange: "exchange/a/jobs",
    routingKey: "x.try",
    redelivered: false,
    receivedAtMs: id,
    body: Buffer.from(JSON.stringify({ id })),
    oversize: null,
  },
}));
if (entries.length > 0) spool.append(entries);
spool.front({ maxItems: Number(take), maxBytes: 1e9 });
process.kill(process.pid, "SIGKILL");
