/**
 * `npm run servers`: starts a RabbitMQ (series 4, or `TEST_BROKER=3`) and a server that speaks MongoDB's protocol, for manual
 * tests. It prints the settings to use, runs until Ctrl-C or until its parent has ended, and leaves nothing behind.
 */
import { z } from "zod";
import { startMongodb } from "./mongodb.ts";
import { startRabbitmq } from "./rabbitmq.ts";
import { ServerMissing } from "./server-missing.ts";

const parent = process.ppid;
const series = z.enum(["3", "4"]).default("4").parse(process.env["TEST_BROKER"]);
const [rabbitmq, mongodb] = await Promise.all([
  startRabbitmq({ series }).catch(missing),
  startMongodb().catch(missing),
]);

if (rabbitmq !== null) {
  console.log(`${rabbitmq.name}, management at ${rabbitmq.adminUrl} (guest / guest)`);
}
if (mongodb !== null) console.log(mongodb.name);
if (rabbitmq === null && mongodb === null) process.exit(1);
console.log("\nUse them with:");
if (rabbitmq !== null) console.log(`  export AMQP_URL='${rabbitmq.url}'`);
if (mongodb !== null) console.log(`  export MONGODB_URL='${mongodb.url}'`);
console.log("\nCtrl-C ends them and removes their data.");

await endOfRun();
await Promise.all([rabbitmq?.stop(), mongodb?.stop()]);
// The handlers for signals would keep the process alive.
process.exit(0);

function missing(error: unknown): null {
  if (!(error instanceof ServerMissing)) throw error;
  console.error(error.message);
  return null;
}

/** Resolves on Ctrl-C, SIGTERM, a closed terminal, or if npm, our parent, is killed. */
function endOfRun(): Promise<void> {
  return new Promise((resolve) => {
    const watch = setInterval(() => process.ppid !== parent && end(), 500);
    const end = () => {
      clearInterval(watch);
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, end);
    }
  });
}
