import { mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { mongodb } from "../servers.ts";
import { archivingDrain } from "./archiving-drain.ts";
import { consumerDrain } from "./consumer-drain.ts";
import type { BenchQueue, Contender, ContenderName } from "./contender.ts";
import { expiringDrain } from "./expiring-drain.ts";
import { fullStoreDrain } from "./full-store-drain.ts";
import { postedDrain } from "./posted-drain.ts";
import { workerDrain } from "./worker-drain.ts";

/** All contenders. Each writes into a new, empty store in each round, unless its own file says otherwise. */
export const contenders: Readonly<Record<ContenderName, Contender>> = {
  limit: many((queue) => consumerDrain(queue, "bare-consumer.ts", "")),
  physicalSqlite: many((queue, folder) => consumerDrain(queue, "row-consumer.ts", folder)),
  physicalMongodb: few((queue, url) => consumerDrain(queue, "insert-consumer.ts", url)),
  plain: few((queue, url) => consumerDrain(queue, "plain-consumer.ts", url)),
  sqlite: many((queue, dataDir) => workerDrain(queue, { dataDir, mongodbUrl: null })),
  mongodb: few((queue, mongodbUrl, dataDir) => workerDrain(queue, { dataDir, mongodbUrl })),
  archive: many(archivingDrain),
  retention: many(expiringDrain),
  full: { drains: "many", needsQueue: true, run: fullStoreDrain },
  rest: { drains: "many", needsQueue: false, run: postedDrain },
};

function many(run: (queue: BenchQueue, newFolder: string) => ReturnType<Contender["run"]>): Contender {
  return {
    drains: "many",
    needsQueue: true,
    run: async (queue, folder) => run(queue, await newFolderIn(folder)),
  };
}

function few(
  run: (queue: BenchQueue, newDatabase: string, newFolder: string) => ReturnType<Contender["run"]>,
): Contender {
  return {
    drains: "few",
    needsQueue: true,
    async run(queue, folder) {
      const { url } = await mongodb();
      return run(queue, `${url}${queue.name.replaceAll("-", "_")}`, await newFolderIn(folder));
    },
  };
}

async function newFolderIn(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return mkdtemp(join(folder, "round-"));
}
