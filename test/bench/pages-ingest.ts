import type { WorkerProcess } from "../servers/worker-process.ts";
import { type DrainFigures, drain, medianOf, RUNS } from "./drain.ts";
import { projectOf } from "./message-mix.ts";
import type { PagesPart } from "./pages-part.ts";
import { rounded } from "./part.ts";

const VIEWERS = 10;
const emptyStore = { dataDir: null, mongodbUrl: null };

/** Measures by what share a worker with an embedded store is slower while ten readers follow the projects that it stores. */
export const ingestLoss: PagesPart = async ({ show }) => {
  const alone: DrainFigures[] = [];
  const watched: DrainFigures[] = [];
  // In turns, because the machine may get slower or faster meanwhile.
  for (let run = 0; run < RUNS; run++) {
    show(`drains with ${VIEWERS} readers and without: ${run + 1} of ${RUNS}`);
    alone.push(await drain(`alone${run}`, emptyStore));
    watched.push(await drain(`watched${run}`, { ...emptyStore, beside: followProjects }));
  }
  const [usual, beside] = [medianOf(alone), medianOf(watched)];
  const loss = rounded(1 - beside.jobs_per_s / usual.jobs_per_s, 3);
  return { figures: loss, limited: [{ figure: "ingest_loss", value: loss, atMost: 0.05 }] };
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
