import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageMix } from "../message-mix.ts";
import { turnsOf } from "../rounds.ts";
import type { ContenderName, Drain, Drains } from "./contender.ts";
import { contenders } from "./contenders.ts";
import { fillQueues } from "./filled-queues.ts";

export interface RoundsOptions {
  /** The order of the first round. */
  readonly names: readonly ContenderName[];
  readonly rounds: number;
  /** How many jobs the contenders with an embedded store get. Those with a database get {@link FEW_SHARE} of them. */
  readonly jobs: number;
  /** Reports progress. */
  readonly show: (text: string) => void;
}

/** A database is about three times slower. */
const FEW_SHARE = 0.4;

/** Lets the contenders drain in turns. A contender that is not named has no drains in the result. */
export async function runRounds(options: RoundsOptions): Promise<Drains> {
  const { names, rounds } = options;
  const drains: Record<ContenderName, Drain[]> = {
    ...{ limit: [], sqlite: [], mongodb: [], physicalSqlite: [], physicalMongodb: [], plain: [] },
    ...{ archive: [], retention: [], full: [], rest: [] },
  };
  const folder = await mkdtemp(join(tmpdir(), "pulse-ingest-bench-"));
  try {
    for (let round = 0; names.length > 0 && round < rounds; round++) {
      for (const [name, drain] of await runRound(options, round, folder)) drains[name].push(drain);
    }
    return drains;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runRound(
  { names, rounds, jobs, show }: RoundsOptions,
  round: number,
  folder: string,
): Promise<[ContenderName, Drain][]> {
  const readersOf = (size: "many" | "few"): ContenderName[] =>
    names.filter((name) => contenders[name].drains === size && contenders[name].needsQueue);
  const told = `round ${round + 1} of ${rounds}`;
  show(`${told}: filling queues`);
  const filled = {
    many: await fillQueues(messageMix(jobs, `many${round}`), readersOf("many")),
    few: await fillQueues(messageMix(Math.ceil(jobs * FEW_SHARE), `few${round}`), readersOf("few")),
  };
  const drains: [ContenderName, Drain][] = [];
  for (const name of turnsOf(names, round)) {
    show(`${told}: ${name}`);
    const { drains: size, run } = contenders[name];
    drains.push([name, await run(filled[size].queueOf(name), join(folder, name))]);
    await filled[size].done(name);
  }
  await filled.many.end();
  await filled.few.end();
  return drains;
}
