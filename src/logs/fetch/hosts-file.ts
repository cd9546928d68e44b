import { readFile } from "node:fs/promises";
import { isIP } from "node:net";

/** The path of the system's hosts file. */
export const systemHostsFile =
  process.platform === "win32" ? "C:\\Windows\\System32\\drivers\\etc\\hosts" : "/etc/hosts";

/** The file is read again after this time, so that changes take effect soon. Reading a log usually takes less time. */
const GOOD_FOR_MS = 5000;

/** Returns the addresses of each name (in lower case) in the order of the file. Lines that cannot be read are skipped. */
export function parseHostsFile(text: string): ReadonlyMap<string, readonly string[]> {
  const addresses = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [address, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    // An address with a zone, such as `fe80::1%lo0`, cannot be used in a URL.
    if (address === undefined || isIP(address) === 0 || address.includes("%")) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      addresses.set(key, [...(addresses.get(key) ?? []), address]);
    }
  }
  return addresses;
}

/**
 * Looks up names in a hosts file, which is read again after some seconds. A file that cannot be read counts as empty.
 *
 * @returns a function from a name in lower case to its addresses; an empty list if the file does not have the name.
 */
export function openHostsFile(path: string): (name: string) => Promise<readonly string[]> {
  let reading = Promise.resolve<ReadonlyMap<string, readonly string[]>>(new Map());
  let readAt = Number.NEGATIVE_INFINITY;
  return async (name) => {
    if (performance.now() - readAt >= GOOD_FOR_MS) {
      readAt = performance.now();
      reading = readFile(path, "utf8").then(parseHostsFile, () => new Map());
    }
    return (await reading).get(name) ?? [];
  };
}
