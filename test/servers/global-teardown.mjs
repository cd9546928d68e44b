/** How long connections and timers that tests left open may keep the process alive, in milliseconds. */
const PATIENCE_MS = 10_000;

/** jest's globalTeardown: ends what global-setup.mjs started. If it never ran, the servers would still end with jest. */
export default async function globalTeardown() {
  await globalThis.endPulseTestServers?.();
  // A single test file runs in this process, so a client that a failed test left open would keep it alive for ever.
  setTimeout(() => {
    const left = process.getActiveResourcesInfo().join(", ");
    process.stderr.write(`\nA test has left something open (${left}): the run is ended here.\n`);
    process.exit(1);
  }, PATIENCE_MS).unref();
}
