/** jest's globalTeardown: ends what global-setup.mjs started. Were it never run, the servers would end with jest all the same. */
export default async function globalTeardown() {
  await globalThis.endPulseTestServers?.();
}
