import { readFile } from "node:fs/promises";
import { isIP } from "node:net";

/** Where the system keeps the names that an administrator has given to addresses. */
export const systemHostsFile =
  process.platform === "win32" ? "C:\\Windows\\System32\\drivers\\etc\\hosts" : "/etc/hosts";

/** A log is read in less; what is written into the file counts soon. */
const GOOD_FOR_MS = 5000;

/** The addresses of each name, in lower case, in the order of the file. Lines that cannot be read are passed over. */
export function parseHostsFile(text: string): ReadonlyMap<string, readonly string[]> {
  const addresses = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [address, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    // With a zone (`fe80::1%lo0`) it is no address for a URL.
    if (address === undefined || isIP(address) === 0 || address.includes("%")) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      addresses.set(key, [...(addresses.get(key) ?? []), address]);
    }
  }
  return addresses;
}

/**
 * Looks names up in a hosts file, which is read again after some seconds. A file that cannot be read has no names.
 *
 * @returns a function from a name in lower case to its addresses; empty where the file does not name it.
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
