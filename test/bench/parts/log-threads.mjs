/**
 * `log-threads.mjs URL COUNT`: reads the log at the URL on COUNT threads at a time, twice, and prints the figures;
 * then waits for the end of its standard input, so that its memory can be measured. It is JavaScript because a loader of
 * TypeScript would take memory in every thread.
 */
import { setTimeout as wait } from "node:timers/promises";
import { openParseThreads } from "../../../src/logs/read/parse-thread.ts";

const [url = "", count = ""] = process.argv.slice(2);
const TIMER_MS = 2;
const IDLE_MS = 1500;
const delaysMs = [];
let expected = performance.now() + TIMER_MS;
const timer = setInterval(() => {
  delaysMs.push(Math.max(0, performance.now() - expected));
  expected = performance.now() + TIMER_MS;
}, TIMER_MS);

// Other load on the machine makes timers late, too.
await wait(IDLE_MS);
const idleDelaysMs = delaysMs.splice(0);
const idleMib = process.memoryUsage().rss / 2 ** 20;
const threads = openParseThreads({ threads: Number(count), userAgent: "bench", allowPrivate: true });
for (let round = 0; round < 2; round++) {
  const readings = Array.from({ length: Number(count) }, () =>
    threads.readLog(url, new AbortController().signal, (addresses) => addresses),
  );
  for (const reading of await Promise.all(readings)) if (!reading.ok) throw new Error(reading.failure.detail);
}
clearInterval(timer);
await threads.close();
process.stdout.write(`${JSON.stringify({ idleMib, idleDelaysMs, delaysMs })}\n`);
process.stdin.resume();
