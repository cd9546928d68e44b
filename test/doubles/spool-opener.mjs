// Opens the folder's spool at a given time, reports how many deliveries it took over, and holds them until it is killed.
// Arguments: the folder, the time in milliseconds since the Unix epoch.
import { openSpool } from "../../src/spool/open-spool.ts";

const [folder = "", atMs = "0"] = process.argv.slice(2);
const silent = () => undefined;
const log = { error: silent, warn: silent, info: silent, debug: silent };
// A busy loop instead of a timer, so that two processes start within the same few microseconds.
while (Date.now() < Number(atMs));
const spool = openSpool({ folder, maxBytes: 1e9, log });
process.stdout.write(`${spool.load.deliveries}\n`);
setInterval(() => spool, 60_000);
