/** How long what tests have left open may take to end by itself, in milliseconds. */
const PATIENCE_MS = 10_000;

/** jest's globalTeardown: ends what global-setup.mjs started. Were it never run, the servers would end with jest all the same. */
export default async function globalTeardown() {
  await globalThis.endPulseTestServers?.();
  // A single test file runs in this very process: a client that a failed test has left open would keep it for ever.
  setTimeout(() => {
    const left = process.getActiveResourcesInfo().join(", ");
    process.stderr.write(`\nA test has left something open (${left}): the run is ended here.\n`);
    process.exit(1);
  }, PATIENCE_MS).unref();
}
