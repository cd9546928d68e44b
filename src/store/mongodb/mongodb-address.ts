import { type Db, MongoClient } from "mongodb";
import { namesDatabase } from "../../domain/database-name.ts";
import { Misuse } from "../../domain/faults.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";

const DEFAULT_DATABASE = "pulse_ingest";

/** Returns the client and the database for an address, without contacting a server. @throws Misuse if the address is invalid. */
export function createMongodbClient(url: string): { readonly client: MongoClient; readonly database: Db } {
  try {
    const client = new MongoClient(url, {
      appName: "pulse-ingest",
      // When a write returns, it is durable on a majority of members. Only then are messages acknowledged. The options are given
      // separately, because the address would override a `writeConcern`.
      w: "majority",
      journal: true,
      // Workers read what they have just written. The addresses of some providers contain another preference.
      readPreference: "primary",
      // Every write is idempotent and retried as a whole, and some servers do not support the driver's own retries.
      retryWrites: false,
      serverSelectionTimeoutMS: 3000,
      connectTimeoutMS: 3000,
      socketTimeoutMS: 30_000,
    });
    // The driver accepts an invalid host, but later throws in a timer while it connects, which would end the process.
    if (!client.options.hosts.every((host) => URL.canParse(`mongodb://${host}`))) {
      throw new Error("has a host that is empty or contains a space: write HOST:PORT,HOST:PORT");
    }
    return { client, database: namesDatabase(url) ? client.db() : client.db(DEFAULT_DATABASE) };
  } catch (error) {
    throw new Misuse([`MONGODB_URL: ${error instanceof Error ? explainProblem(error) : String(error)}`]);
  }
}

/** Replacements for messages of the driver that do not say how to fix the address. */
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

/** Returns the problem that the driver reports with an address, without secrets. */
function explainProblem({ message }: Error): string {
  return advice.find(([sign]) => sign.test(message))?.[1] ?? blankUrls(message);
}
