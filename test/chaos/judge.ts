import { checkLaw, type LawReport } from "./law.ts";
import type { Publisher } from "./publisher.ts";
import { spoolsLeft, untilSettled, untilWorkDone } from "./settle.ts";
import { checkMoves } from "./told.ts";
import type { World } from "./world.ts";

/** How a run ended. */
export interface Judgement extends LawReport {
  /** Texts about counters that differ from logs or documents, about workers that died by themselves, and so on. */
  readonly troubles: readonly string[];
}

const SETTLE_LIMIT_MS = 180_000;

/** Waits until all published messages have ended, stops the workers, and checks the law on the documents. */
export async function judge(world: World, publisher: Publisher, stop: AbortSignal): Promise<Judgement> {
  const { fleet, deletions } = world;
  const troubles: string[] = [];
  await untilSettled(world, SETTLE_LIMIT_MS, stop).catch((error: unknown) => troubles.push(String(error)));
  stop.throwIfAborted();
  await untilWorkDone(world, SETTLE_LIMIT_MS, stop);
  await fleet.stopAll();
  const documents = await world.documents();
  const law = checkLaw(publisher.confirmed, documents, { deletions, gaps: fleet.gaps });
  troubles.push(
    ...fleet.deaths,
    ...fleet.miscounts,
    ...checkMoves(fleet.told, documents),
    ...spoolsLeft(world).map((file) => `the spool ${file} was left`),
  );
  return { ...law, troubles };
}
