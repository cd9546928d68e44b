/** The servers of the bench. Each is started when a part first needs it, and is shared by all parts. */
import { startMongodb } from "../servers/mongodb.ts";
import { startRabbitmq } from "../servers/rabbitmq.ts";
import { once } from "./part.ts";

const started: { stop(): Promise<void> }[] = [];

async function kept<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  started.push(server);
  return server;
}

export const broker = once(() => kept(startRabbitmq()));
export const mongodb = once(() => kept(startMongodb()));

export async function stopServers(): Promise<void> {
  await Promise.all(started.map((server) => server.stop()));
}
