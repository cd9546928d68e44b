import { type WorkerStatus, workerStatus } from "../../src/http/observe/worker-status.ts";
import { type MetricFamily, readMetrics } from "../http/observe/metrics-text.ts";
import type { WorkerProcess } from "../servers/worker-process.ts";

/** Returns the address of the worker's HTTP server. */
export async function urlOf(worker: WorkerProcess): Promise<string> {
  return String((await worker.untilEvent("http_listening"))["url"]);
}

export async function probe(url: string, path: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${url}${path}`);
  return { status: answer.status, body: await answer.json() };
}

export async function metrics(url: string): Promise<MetricFamily[]> {
  return readMetrics(await (await fetch(`${url}/metrics`)).text());
}

export async function status(url: string): Promise<WorkerStatus> {
  return workerStatus.parse(await (await fetch(`${url}/status`)).json());
}
