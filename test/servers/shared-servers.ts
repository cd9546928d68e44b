/**
 * The servers that all tests of a run share. Each test must use names of its own: a vhost (`admin.addVhost`), or
 * queues and exchanges with random names, and a database with a random name. A test that kills servers starts a private one.
 *
 * A server in the environment (`AMQP_URL`, `MONGODB_URL`) is preferred, but only if it is on this machine or
 * has a name without dots, as in a compose file. Tests declare, publish and delete, and must never do so on a broker
 * that somebody relies on.
 */
import { z } from "zod";
import { answer } from "./keeper.ts";
import { type Database, nameOfDatabase } from "./mongodb.ts";
import { type Broker, versionOf } from "./rabbitmq.ts";
import { createRabbitmqAdmin } from "./rabbitmq-admin.ts";
import { say } from "./run-command.ts";
import { ServerMissing, wordsOf } from "./server-missing.ts";

const Answer = z.union([
  z.object({ missing: z.object({ server: z.string(), why: z.string(), fix: z.string() }) }),
  z.object({ failed: z.string() }),
  z.object({
    server: z.object({
      url: z.string(),
      name: z.string(),
      adminUrl: z.string().optional(),
      series: z.enum(["3", "4"]).optional(),
    }),
  }),
]);

/**
 * Returns the RabbitMQ of this run: the one in `AMQP_URL`, or otherwise a node that the first call starts.
 *
 * @param series - "3" or "4". Default: `TEST_BROKER`; without that 4, or the series that is available.
 * @throws ServerMissing where none can be had.
 */
export async function sharedRabbitmq(series?: "3" | "4"): Promise<Broker> {
  const wanted = series ?? z.enum(["3", "4"]).optional().parse(process.env["TEST_BROKER"]);
  const given = await givenRabbitmq();
  if (given !== null && (wanted === undefined || wanted === given.series)) return given;
  if (wanted !== undefined) return ask(`/rabbitmq/${wanted}`);
  return ask("/rabbitmq/4").catch((error: unknown) => {
    if (error instanceof ServerMissing) return ask("/rabbitmq/any");
    throw error;
  });

  async function ask(path: string): Promise<Broker> {
    const { url, name, adminUrl = "", series: found = "4" } = await serverAt(path);
    return { url, name, adminUrl, series: found, admin: createRabbitmqAdmin(adminUrl, url) };
  }
}

/**
 * Returns the run's server for MongoDB's protocol: the one in `MONGODB_URL`, or otherwise one that the first call starts.
 *
 * @throws ServerMissing where none can be had.
 */
export async function sharedMongodb(): Promise<Database> {
  const url = givenUrl("MONGODB_URL");
  if (url !== null) return { url, name: await nameOfDatabase(url) };
  const server = await serverAt("/mongodb");
  return { url: server.url, name: server.name };
}

async function givenRabbitmq(): Promise<Broker | null> {
  const url = givenUrl("AMQP_URL");
  if (url === null) return null;
  const version = await versionOf(url).catch((error: unknown) => {
    throw new Error(`AMQP_URL names a broker that gives no answer: ${wordsOf(error)}`, { cause: error });
  });
  const adminUrl = process.env["AMQP_ADMIN_URL"] ?? `http://${new URL(url).hostname}:15672`;
  return {
    url,
    adminUrl,
    name: `RabbitMQ ${version}`,
    series: version.startsWith("3.") ? "3" : "4",
    admin: createRabbitmqAdmin(adminUrl, url),
  };
}

function givenUrl(setting: "AMQP_URL" | "MONGODB_URL"): string | null {
  const url = process.env[setting];
  if (url === undefined || url === "") return null;
  if (isNearby(url)) return url;
  say(`${setting} is passed by: tests use only servers on this machine or under a name without dots`);
  return null;
}

/** Returns whether an address names this machine, or another service of a compose file. */
export function isNearby(url: string): boolean {
  // The parser does not accept a list of several hosts, and such a server is not on a laptop.
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return /^127\.\d+\.\d+\.\d+$/.test(hostname) || hostname === "[::1]" || !/[.:]/.test(hostname);
}

// A connection that is kept for the next test file may be closed by the other side just when it is used again.
const oneRequest = { headers: { connection: "close" } };

/** Asks jest's own process. If there is none (in a bench or a script), this process keeps the servers itself. */
async function serverAt(path: string) {
  const door = process.env["PULSE_TEST_SERVERS"];
  const reply = Answer.parse(
    door === undefined ? await answer(path) : await (await fetch(new URL(path, door), oneRequest)).json(),
  );
  if ("missing" in reply) {
    throw new ServerMissing(reply.missing.server, reply.missing.why, reply.missing.fix);
  }
  if ("failed" in reply) throw new Error(reply.failed);
  return reply.server;
}
