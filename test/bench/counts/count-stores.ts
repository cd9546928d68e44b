import type { Figures } from "../part.ts";
import { rounded } from "../part.ts";
import { mongodb } from "../servers.ts";
import { startCommandProxy } from "./command-proxy.ts";
import { countDrain, type DrainCounts } from "./count-drain.ts";
import { countFigures } from "./count-figures.ts";
import { listServerProcesses } from "./server-processes.ts";
import { walPosition } from "./wal-position.ts";

export interface StoreCounts {
  readonly figures: Figures;
  /** The reason why some figures are null, or null if none is. */
  readonly whyNot: string | null;
}

/** Counts what a drain into the embedded store does. The writes are those of the worker. */
export async function countEmbedded(jobs: number): Promise<StoreCounts> {
  const drain = await countDrain(jobs, {
    mongodbUrl: null,
    uncountedUrl: null,
    writers: async ({ pid }) => [pid],
  });
  const { writes } = drain;
  const wal = typeof writes === "string" ? null : writes.walBytes;
  return { figures: countFigures(drain, wal), whyNot: whyNotOf(drain) };
}

/** Counts what a drain into a database does. The writes are those of the database's processes. */
export async function countDatabase(jobs: number): Promise<StoreCounts> {
  const { url } = await mongodb();
  const proxy = await startCommandProxy(url);
  try {
    let commandsBefore = proxy.counted();
    let walBefore: number | null = null;
    const drain = await countDrain(jobs, {
      mongodbUrl: `${proxy.url}counted`,
      uncountedUrl: `${url}counted`,
      async writers() {
        // By now the worker has created its indexes, and consumes.
        commandsBefore = proxy.counted();
        walBefore = await walPosition();
        const processes = await listServerProcesses();
        return processes
          .filter(({ server }) => server === "postgresql" || server === "mongod")
          .map(({ pid }) => pid);
      },
    });
    const walAfter = await walPosition();
    const wal = walBefore === null || walAfter === null ? null : walAfter - walBefore;
    const commands = commandsSince(commandsBefore, proxy.counted());
    const perBatch = Object.entries(commands).map(([name, count]) => [
      name,
      rounded(count / drain.batches, 2),
    ]);
    const all = Object.values(commands).reduce((sum, count) => sum + count, 0);
    return {
      figures: {
        ...countFigures(drain, wal),
        round_trips_per_batch: rounded(all / drain.batches, 2),
        commands_per_batch: Object.fromEntries(perBatch),
      },
      whyNot: whyNotOf(drain),
    };
  } finally {
    await proxy.close();
  }
}

function whyNotOf({ writes }: DrainCounts): string | null {
  return typeof writes === "string" ? `writes to files are not counted: ${writes}` : null;
}

/** Leaves out the commands that only the start needed. */
function commandsSince(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Readonly<Record<string, number>> {
  const since = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(since.filter(([, count]) => count > 0));
}
