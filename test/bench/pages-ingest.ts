import type { WorkerProcess } from "../servers/worker-process.ts";
import type { Drain } from "./contenders/contender.ts";
import { drain } from "./drain.ts";
import { projectOf } from "./message-mix.ts";
import type { PagesPart } from "./pages-part.ts";
import { turnsOf } from "./rounds.ts";
import { ratios, spreadOf } from "./spread.ts";

const VIEWERS = 10;
const emptyStore = { dataDir: null, mongodbUrl: null };

/**
 * Measures how much slower a worker with an embedded store becomes while ten readers follow the projects that it stores: the median of
 * several rounds. It also reports how much more CPU time the worker needs per job, which depends less on other load.
 */
export const ingestLoss: PagesPart = async ({ show, rounds }) => {
  const drains: Record<"alone" | "watched", Drain[]> = { alone: [], watched: [] };
  for (let round = 0; round < rounds; round++) {
    show(`drains with ${VIEWERS} readers and without: ${round + 1} of ${rounds}`);
    for (const name of turnsOf(["alone", "watched"] as const, round)) {
      const beside = name === "watched" ? { beside: followProjects } : {};
      drains[name].push(await drain(`${name}${round}`, { ...emptyStore, ...beside }));
    }
  }
  const ratiosOf = (figure: (drain: Drain) => number): number[] =>
    ratios(drains.watched.map(figure), drains.alone.map(figure));
  const losses = ratiosOf(({ jobs_per_s }) => jobs_per_s).map((ratio) => 1 - ratio);
  const loss = spreadOf(losses, 3);
  const cpu = ratiosOf(({ cpu_us_per_job: { worker } }) => worker ?? Number.NaN);
  const more = spreadOf(
    cpu.map((ratio) => ratio - 1),
    3,
  );
  return {
    figures: loss.median,
    spreads: { ingest_loss: loss, more_cpu: more },
    limited: [{ figure: "ingest_loss", value: loss.median, spread: loss, atMost: 0.05 }],
  };
};

/** Opens the grid's page and its stream of changes for each reader. */
async function followProjects(worker: WorkerProcess): Promise<() => Promise<void>> {
  const url = String((await worker.untilEvent("public_listening"))["url"]);
  const stop = new AbortController();
  const readers = Array.from({ length: VIEWERS }, async (_, nth) => {
    const project = projectOf(nth);
    await (await fetch(`${url}/projects/${project}`, { signal: stop.signal })).arrayBuffer();
    const stream = await fetch(`${url}/api/projects/${project}/events?newest=1`, { signal: stop.signal });
    for await (const _piece of stream.body ?? []);
  });
  return async () => {
    stop.abort();
    const ends = await Promise.allSettled(readers);
    const failed = ends.find(
      (end) => end.status === "rejected" && !String(end.reason).startsWith("AbortError"),
    );
    if (failed !== undefined) throw new Error("a reader was refused", { cause: failed });
  };
}
