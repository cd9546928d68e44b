import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import Database from "libsql";
import type { Deletion } from "./losses.ts";
import type { Random } from "./random.ts";
import { statusOf } from "./settle.ts";
import type { StoreName, World } from "./world.ts";

/** A fault that is injected into a running system. */
export interface Fault {
  readonly name: string;
  /** A fault of the workers may be active together with one of a server; a fault of `all` is always alone. */
  readonly side: "worker" | "broker" | "store" | "all";
  readonly stores: readonly StoreName[];
  /** A description of what is done, and from when recovery is counted. */
  readonly does: string;
  /** Injects and ends the fault. Returns the time from which recovery is counted, in milliseconds since the epoch. */
  readonly inject: (world: World, random: Random) => Promise<number>;
}

const both = ["sqlite", "mongodb"] as const;
const onlySqlite = ["sqlite"] as const;
const onlyMongodb = ["mongodb"] as const;

/** How long a fault is active. */
const shortMs = (random: Random): number => random.between(500, 3000);
/** How long the workers may take to empty the queue, in milliseconds. */
const CATCH_UP_MS = 180_000;
/** Longer than any worker takes to notice the fault. */
const NOTICE_MS = 40_000;

export const faults: readonly Fault[] = [
  {
    name: "worker-killed",
    side: "worker",
    stores: both,
    does: "SIGKILL to a worker; a new one is started at once",
    async inject({ fleet }, random) {
      const index = random.below(fleet.size);
      await fleet.kill(index);
      fleet.start(index);
      return Date.now();
    },
  },
  {
    name: "worker-stopped",
    side: "worker",
    stores: both,
    does: "SIGTERM to a worker, its counters compared; then a new one is started",
    async inject({ fleet }, random) {
      const index = random.below(fleet.size);
      await fleet.stop(index);
      fleet.start(index);
      return Date.now();
    },
  },
  {
    name: "registry-reloaded",
    side: "worker",
    stores: both,
    does: "the registry is written again with other keys, SIGHUP to each worker",
    async inject(world, random) {
      world.writeRegistry(random.pick(["one", "two"]));
      for (const worker of world.fleet.workers) worker.signal("SIGHUP");
      return Date.now();
    },
  },
  {
    name: "broker-killed",
    side: "broker",
    stores: both,
    does: "SIGKILL to the broker, started again; counted from when it answers",
    async inject({ broker }, random) {
      await broker.kill();
      await wait(shortMs(random));
      await broker.restart();
      return Date.now();
    },
  },
  {
    name: "broker-connections-cut",
    side: "broker",
    stores: both,
    does: "connections to the broker are cut, and refused for a while; counted from when they are accepted again",
    async inject({ brokerProxy }, random) {
      brokerProxy.cut();
      await wait(shortMs(random));
      brokerProxy.restore();
      return Date.now();
    },
  },
  {
    name: "broker-connections-frozen",
    side: "all",
    stores: both,
    does: "connections to the broker become half-open; counted from then on, including the time to notice it",
    async inject({ brokerProxy, fleet }) {
      const frozenAtMs = Date.now();
      const noticed = fleet.untilTold("broker_lost", fleet.workers.length, NOTICE_MS);
      brokerProxy.freeze();
      await noticed;
      return frozenAtMs;
    },
  },
  {
    name: "broker-connections-slowed",
    side: "broker",
    stores: both,
    does: "every packet between workers and broker is delayed",
    async inject({ brokerProxy }, random) {
      brokerProxy.slow(random.between(20, 200));
      await wait(shortMs(random));
      brokerProxy.restore();
      return Date.now();
    },
  },
  {
    name: "queue-deleted",
    side: "all",
    stores: both,
    does: "the queue is deleted by force with messages in it; counted from then on",
    inject: deleteQueue,
  },
  {
    name: "store-killed",
    side: "store",
    stores: onlyMongodb,
    does: "SIGKILL to the database server, started again; counted from when it answers",
    async inject(world, random) {
      const { server } = databaseOf(world);
      await server.kill();
      await wait(random.between(500, 6000));
      await server.restart();
      return Date.now();
    },
  },
  {
    name: "store-connections-cut",
    side: "store",
    stores: onlyMongodb,
    does: "connections to the database are cut, and refused for a while; counted from when they are accepted again",
    async inject(world, random) {
      const { proxy } = databaseOf(world);
      proxy.cut();
      await wait(shortMs(random));
      proxy.restore();
      return Date.now();
    },
  },
  {
    name: "store-connections-frozen",
    side: "store",
    stores: onlyMongodb,
    does: "connections to the database are half-open for a while, then cut; counted from then on",
    async inject(world, random) {
      const { proxy } = databaseOf(world);
      proxy.freeze();
      await wait(random.between(2000, 6000));
      proxy.drop();
      return Date.now();
    },
  },
  {
    name: "store-connections-slowed",
    side: "store",
    stores: onlyMongodb,
    does: "every packet between workers and database is delayed",
    async inject(world, random) {
      const { proxy } = databaseOf(world);
      proxy.slow(random.between(20, 100));
      await wait(shortMs(random));
      proxy.restore();
      return Date.now();
    },
  },
  {
    name: "spool-full",
    side: "all",
    stores: onlyMongodb,
    does: "the database is killed and the spool's disk is full, until a worker reports it; counted from when both are back",
    async inject(world) {
      const { server } = databaseOf(world);
      await world.disk.fill?.();
      const noticed = world.fleet.untilTold("spool_full", 1, NOTICE_MS);
      await server.kill();
      await noticed;
      await world.disk.free();
      await server.restart();
      return Date.now();
    },
  },
  {
    name: "store-locked",
    side: "store",
    stores: onlySqlite,
    does: "another process locks the store's file; counted from when it releases the lock",
    async inject({ disk }, random) {
      const other = new Database(join(disk.path, "pulse-ingest.db"));
      try {
        other.exec("PRAGMA busy_timeout = 30000; BEGIN IMMEDIATE");
        await wait(random.between(500, 7000));
      } finally {
        other.close();
      }
      return Date.now();
    },
  },
  {
    name: "store-full",
    side: "store",
    stores: onlySqlite,
    does: "the store's disk is full; counted from when there is room again",
    async inject({ disk }, random) {
      await disk.fill?.();
      await wait(shortMs(random));
      await disk.free();
      return Date.now();
    },
  },
];

/**
 * First the queue is emptied of what earlier faults left in it, so that little is lost; then the workers are
 * paused (SIGSTOP), so that there is something to lose.
 */
async function deleteQueue({ onBroker, queue, fleet, deletions }: World): Promise<number> {
  // With an old backlog, it would be unknown which messages were lost with the queue.
  await onBroker(async (channel) => {
    const limit = Date.now() + CATCH_UP_MS;
    for (let held = 1; held > 0; ) {
      held = (await channel.checkQueue(queue)).messageCount;
      if (held > 0 && Date.now() > limit)
        throw new Error(
          `the queue still holds ${held} messages: the workers cannot keep up, give a lower --rate`,
        );
      await wait(20);
    }
  });
  // The workers also need a moment to notice the loss.
  await wait(1500);
  const { workers } = fleet;
  const again = fleet.untilTold("consuming", workers.length, NOTICE_MS);
  for (const worker of workers) worker.signal("SIGSTOP");
  let deleted: Deletion;
  try {
    deleted = await onBroker(async (channel) => {
      const limit = Date.now() + 30_000;
      while ((await channel.checkQueue(queue)).messageCount < 20 && Date.now() < limit) await wait(20);
      const fromMs = Date.now();
      const { messageCount } = await channel.deleteQueue(queue);
      return { fromMs, toMs: Date.now(), held: messageCount };
    });
  } finally {
    for (const worker of workers) worker.signal("SIGCONT");
  }
  deletions.push(deleted);
  await again;
  // Only the workers still hold messages of this queue. If they were killed now, losing those messages would be correct behaviour.
  const limit = Date.now() + NOTICE_MS;
  while ((await strandedIn(fleet)) > 0 && Date.now() < limit) await wait(100);
  return deleted.toMs;
}

async function strandedIn(fleet: World["fleet"]): Promise<number> {
  const all = await Promise.all(fleet.workers.map(statusOf));
  return all.reduce((sum, { broker }) => sum + broker.stranded_deliveries, 0);
}

function databaseOf({ database }: World): NonNullable<World["database"]> {
  if (database === null) throw new Error("the embedded store has no server");
  return database;
}
