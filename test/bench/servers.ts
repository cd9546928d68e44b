/** The servers of the bench: each started when a part first asks for it, and used by all. */
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
