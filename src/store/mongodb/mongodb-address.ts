import { type Db, MongoClient } from "mongodb";
import { namesDatabase } from "../../domain/database-name.ts";
import { Misuse } from "../../domain/faults.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";

const DEFAULT_DATABASE = "pulse_ingest";

/** Returns what an address names, without contacting a server. @throws Misuse if the driver does not understand it. */
export function understood(url: string): { readonly client: MongoClient; readonly database: Db } {
  try {
    const client = new MongoClient(url, {
      appName: "pulse-ingest",
      // A write is durable on most members when it returns, and only then is a message acknowledged. The options are given
      // separately, because the address would override a `writeConcern`.
      w: "majority",
      journal: true,
      // The worker reads again what it has just written. Some providers' addresses name another preference.
      readPreference: "primary",
      // Every write here is idempotent and retried as a whole; some servers do not know the driver's own retry.
      retryWrites: false,
      serverSelectionTimeoutMS: 3000,
      connectTimeoutMS: 3000,
      socketTimeoutMS: 30_000,
    });
    // The driver accepts such a host, and throws in a timer when it connects, which ends the process.
    if (!client.options.hosts.every((host) => URL.canParse(`mongodb://${host}`))) {
      throw new Error("has a host that is empty or holds a space: write HOST:PORT,HOST:PORT");
    }
    return { client, database: namesDatabase(url) ? client.db() : client.db(DEFAULT_DATABASE) };
  } catch (error) {
    throw new Misuse([`MONGODB_URL: ${error instanceof Error ? explained(error) : String(error)}`]);
  }
}

/** The driver's words that do not say what to write instead, and what to tell in place of them. */
const advice: readonly (readonly [RegExp, string])[] = [
  [
    /invalid connection string|URI malformed|unescaped characters/i,
    "cannot be read: in user and password, write % as %25, / as %2F, : as %3A, @ as %40, # as %23, ? as %3F",
  ],
  [
    /unable to parse .* with URL/i,
    "has a host or a port that cannot be read: write HOST:PORT, with a port from 1 to 65535",
  ],
];

/** Returns what the driver does not understand in an address, without secrets. */
function explained({ message }: Error): string {
  return advice.find(([sign]) => sign.test(message))?.[1] ?? blankUrls(message);
}
