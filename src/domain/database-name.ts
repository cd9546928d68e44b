import { hiddenProblem, shown } from "./text/hidden-characters.ts";

/** MongoDB's limit, in bytes of UTF-8. */
const MAX_BYTES = 63;
/** Characters that MongoDB's manual forbids in a database name. Servers on Linux accept some of them, servers on Windows none. */
const FORBIDDEN = /[/\\. "$*<>:|?\0]/;
/** Databases for the server's own data. MongoDB never replicates `local`, and restricts `config`. */
const NOT_FOR_DATA: readonly string[] = ["local", "config"];

/** Returns the path of a database address, still percent-encoded: the name of the database, or `""` if there is none. */
function pathOf(address: string): string {
  // White space around the address is ignored, as the driver does.
  return /^[^/]+:\/\/[^/?#]*\/([^?#]*)/.exec(address.trim())?.[1] ?? "";
}

/** Returns whether an address names a database. If it does not, the driver would use `test`. */
export function namesDatabase(address: string): boolean {
  return pathOf(address) !== "";
}

/** Returns why the database in an address cannot be used for a store, without the password, or null if it can. */
export function databaseNameProblem(address: string): string | null {
  const path = pathOf(address);
  // The password contains a slash, so its rest looks like the path.
  if (path.includes("@")) return "cannot be read: in user and password, write / as %2F, @ as %40, : as %3A";
  let name: string;
  try {
    name = decodeURIComponent(path);
  } catch {
    return "names a database that cannot be decoded: write % as %25";
  }
  const [forbidden] = FORBIDDEN.exec(name) ?? [];
  if (forbidden !== undefined) {
    const character = forbidden === " " ? "a space" : JSON.stringify(forbidden);
    return `names a database whose name contains ${character}, which servers do not accept`;
  }
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_BYTES) return `names a database whose name has ${bytes} bytes; the limit is ${MAX_BYTES}`;
  // Compared in lower case, because MongoDB does not allow two databases whose names differ only in case.
  return NOT_FOR_DATA.includes(name.toLowerCase())
    ? `names the database ${name}, which belongs to the server: name another one, e.g. pulse_ingest`
    : null;
}

/**
 * Returns a warning about a database name that is allowed but probably a mistake, or null if there is no problem.
 *
 * @param address - an address without a {@link databaseNameProblem}.
 */
export function databaseNameWarning(address: string): string | null {
  const name = decodeURIComponent(pathOf(address));
  if (hiddenProblem(name) !== null) {
    return `names a database whose name has characters that cannot be seen or typographic quotes: it is ${shown(name)}`;
  }
  return name === "admin"
    ? "names the database admin, which belongs to the server; if it is meant for the login, write /pulse_ingest?authSource=admin"
    : null;
}
