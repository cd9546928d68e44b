import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { drained, filledQueue, PREFETCH, RUNS } from "./drain.ts";
import { median, once, type Part } from "./part.ts";
import { broker } from "./servers.ts";

/** Measures the limit: the rate of a bare consumer that acknowledges like the worker, and does nothing else. */
export const limit = {
  goals: {},
  measure: once(async () => {
    const { url, name } = await broker();
    const rates: number[] = [];
    for (let run = 0; run < RUNS; run++) rates.push(await bareConsumer(url, run));
    return { what: `a bare consumer, ${name}`, figures: { jobs_per_s: Math.round(median(rates)) } };
  }),
} satisfies Part;

async function bareConsumer(url: string, run: number): Promise<number> {
  const { story, mix } = await filledQueue(`limit${run}`);
  const script = fileURLToPath(new URL("bare-consumer.ts", import.meta.url));
  const args = ["--import", "tsx", script, url, story.queue, String(PREFETCH), String(mix.bodies.length)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  await drained(story);
  await story.end();
  return mix.jobMessages / Number(stdout);
}
