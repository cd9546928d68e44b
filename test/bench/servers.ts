/** The servers of the bench. Each is started when it is first needed, and all parts share it. */
import { startMongodb } from "../servers/mongodb.ts";
import { startRabbitmq } from "../servers/rabbitmq.ts";
import { once } from "./part.ts";

const started: { readonly name: string; stop(): Promise<void> }[] = [];

async function kept<T extends { readonly name: string; stop(): Promise<void> }>(
  starting: Promise<T>,
): Promise<T> {
  const server = await starting;
  started.push(server);
  return server;
}

export const broker = once(() => kept(startRabbitmq()));
export const mongodb = once(() => kept(startMongodb()));

/** Returns the names and versions of the servers that were started, for people. */
export function serverNames(): string[] {
  return started.map(({ name }) => name);
}

export async function stopServers(): Promise<void> {
  await Promise.all(started.map((server) => server.stop()));
}
