/**
 * `npm run chaos`: checks the law under faults, with real processes. See `--help`.
 */

import { faults as kinds } from "./faults.ts";
import { type ChaosCommand, help, readOptions } from "./options.ts";
import { type ChaosTotals, isGood, type MeasuredTotals, measuredOf, reportText, totalsOf } from "./report.ts";
import { type ChaosReport, runChaos } from "./run-chaos.ts";
import { type MeasuredReport, runBurst, runOutage } from "./run-outage.ts";
import type { StoreName } from "./world.ts";

const command = readOptions(process.argv.slice(2));
if (command === null) {
  process.stdout.write(help);
  process.exit(0);
}
if (typeof command === "string") {
  process.stderr.write(`${command}\n\n${help}`);
  process.exit(2);
}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // A second signal ends the process at once, and the servers end with it.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
}
const begun = Date.now();
const say = (line: string): void => {
  const seconds = Math.round((Date.now() - begun) / 1000);
  process.stderr.write(`${String(seconds).padStart(5)} s  ${line}\n`);
};

try {
  const { totals, text } = await run(command);
  if (command.json) {
    process.stderr.write(text);
    process.stdout.write(`${JSON.stringify(totals)}\n`);
  } else process.stdout.write(text);
  process.exitCode = isGood(totals) ? 0 : 1;
} catch (error) {
  if (!stop.signal.aborted) throw error;
  say("stopped; all that was started has ended");
  process.exitCode = 130;
}
// The handlers for signals would keep the process alive.
process.exit();

async function run(todo: ChaosCommand): Promise<{ totals: ChaosTotals | MeasuredTotals; text: string }> {
  const { seed, rate } = todo;
  const common = { seed, rate, series: "any", env: {} } as const;
  if (todo.kind === "faults") {
    const { messages, faults } = todo;
    const rest = { ...common, messages, faults, heartbeatSeconds: null };
    const reports: ChaosReport[] = await onEach(todo.stores, (store, told) =>
      runChaos({ ...rest, kinds, store, say: told }, stop.signal),
    );
    const totals = totalsOf(seed, reports);
    return { totals, text: reportText(totals, reports) };
  }
  const reports: MeasuredReport[] = await onEach(todo.stores, (store, told) =>
    todo.kind === "outage"
      ? runOutage({ ...common, outageMs: todo.outageMs, say: told }, stop.signal)
      : runBurst({ ...common, store, messages: todo.messages, say: told }, stop.signal),
  );
  const totals = measuredOf(seed, reports);
  return { totals, text: reportText(totals, reports) };
}

async function onEach<T>(
  stores: readonly StoreName[],
  work: (store: StoreName, told: (line: string) => void) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (const store of stores) results.push(await work(store, (line) => say(`${store}: ${line}`)));
  return results;
}
