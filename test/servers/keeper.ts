/** Keeps the servers that a whole test run shares, in jest's own process. See global-setup.mjs. */
import { startMongodb } from "./mongodb.ts";
import { startRabbitmq } from "./rabbitmq.ts";
import { ServerMissing, wordsOf } from "./server-missing.ts";

type Server = { url: string; name: string; stop(): Promise<void> };

const starts: Readonly<Record<string, () => Promise<Server>>> = {
  "/rabbitmq/3": () => startRabbitmq({ series: "3" }),
  "/rabbitmq/4": () => startRabbitmq({ series: "4" }),
  "/rabbitmq/any": () => startRabbitmq({ series: "any" }),
  "/mongodb": startMongodb,
};

/** The servers requested so far. Each is started once; one that is not available is not tried again. */
const servers = new Map<string, Promise<Server>>();

/**
 * Finds or starts the server for this path.
 *
 * @returns the answer that `shared-servers.ts` reads: `{ server }`, `{ missing: { server, why, fix } }` or `{ failed: text }`.
 */
export async function answer(path: string): Promise<object> {
  const start = starts[path];
  if (start === undefined) return { failed: `no server is called ${path}` };
  const server = servers.get(path) ?? start();
  servers.set(path, server);
  try {
    return { server: await server };
  } catch (error) {
    if (!(error instanceof ServerMissing)) return { failed: wordsOf(error) };
    return { missing: { server: error.server, why: error.why, fix: error.fix } };
  }
}

/** Ends all servers that were started. */
export async function endAll(): Promise<void> {
  const ends = [...servers.values()].map((server) => server.then((each) => each.stop()));
  servers.clear();
  await Promise.allSettled(ends);
}
