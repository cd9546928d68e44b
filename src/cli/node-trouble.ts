/**
 * Returns what is wrong with the version of Node.js, or null if this program can run with it. An older version would end with a
 * syntax error that does not name the cause. Pure.
 *
 * @param found - the version that runs, e.g. `18.20.8`.
 * @param oldest - the oldest version that is supported, e.g. `20.19.0`.
 */
export function nodeTrouble(found: string, oldest: string): string | null {
  const [major = 0, minor = 0] = numbersOf(found);
  const [oldestMajor = 0, oldestMinor = 0] = numbersOf(oldest);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return null;
  return `Node.js ${oldestMajor}.${oldestMinor} or newer is needed; this is v${found}`;
}

function numbersOf(version: string): number[] {
  return version.split(".").map(Number);
}
