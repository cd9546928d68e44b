import type { WorkerProcess } from "../../servers/worker-process.ts";

/** The batches that a worker has written so far, and the jobs in them. */
export interface Batches {
  readonly batches: number;
  readonly jobs: number;
}

export async function readBatches(worker: WorkerProcess): Promise<Batches> {
  const { url } = await worker.untilEvent("http_listening");
  return parseBatches(await (await fetch(`${url}/metrics`)).text());
}

/** @throws Error if the metrics lack the histogram of batches. */
export function parseBatches(metrics: string): Batches {
  const figure = (name: string): number => {
    const [, value] = new RegExp(`^pulse_ingest_batch_jobs_${name} (\\d+)$`, "m").exec(metrics) ?? [];
    if (value === undefined) throw new Error(`no pulse_ingest_batch_jobs_${name} among the metrics`);
    return Number(value);
  };
  return { batches: figure("count"), jobs: figure("sum") };
}
